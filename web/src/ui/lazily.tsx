/** A component whose code comes when it is first shown. Nothing stands there until it is here. */
import { signal } from '@preact/signals';
import type { ComponentType } from 'preact';
import { useEffect } from 'preact/hooks';

export function lazily<P extends object>(load: () => Promise<ComponentType<P>>): ComponentType<P> {
  const found = signal<{ readonly part: ComponentType<P> } | null>(null);
  const fetch = () => {
    load().then(
      (part) => {
        found.value = { part };
      },
      () => {
        // Not sent: what stands around it works without. The next time asks again.
      },
    );
  };
  return function Lazily(props: P) {
    useEffect(() => {
      if (found.peek() === null) fetch();
    }, []);
    if (found.value === null) return null;
    const Part = found.value.part;
    return <Part {...props} />;
  };
}
