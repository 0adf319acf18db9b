/**
 * A small part of the page whose code comes when it is first wanted. Nothing stands in its place until
 * then; should it not come, the next time that the part is wanted asks again.
 */
import { signal } from '@preact/signals';
import type { ComponentType } from 'preact';
import { useEffect } from 'preact/hooks';

export function quietly<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
): ComponentType<Props> {
  const found = signal<{ readonly Part: ComponentType<Props> } | null>(null);
  return function Quietly(props: Props) {
    useEffect(() => {
      if (found.peek() !== null) return;
      load().then(
        (Part) => {
          found.value = { Part };
        },
        () => undefined,
      );
    }, []);
    const Part = found.value?.Part;
    return Part === undefined ? null : <Part {...props} />;
  };
}
