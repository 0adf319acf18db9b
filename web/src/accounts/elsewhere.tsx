/** A place for what other ways in there are; their code comes with them, after the form is there. */
import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { ProvidersProps } from './providers';

export function Elsewhere(props: ProvidersProps) {
  const [found, setFound] = useState<{ Part: ComponentType<ProvidersProps> } | null>(null);
  const wanted =
    props.still !== undefined || props.session.waysIn.ways.value?.providers.length !== 0;
  useEffect(() => {
    if (!wanted) return;
    import('./providers').then(
      ({ Providers }) => {
        setFound({ Part: Providers });
      },
      () => undefined, // the form is there; the next visit tries again
    );
  }, [wanted]);
  return found && <found.Part {...props} />;
}
