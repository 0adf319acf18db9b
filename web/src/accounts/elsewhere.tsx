/** A place for the buttons of providers, whose code comes only where there are some. */
import type { ProvidersProps } from './providers';
import { lazily } from '../ui/lazily';

const Providers = lazily(async () => (await import('./providers')).Providers);

export function Elsewhere(props: ProvidersProps) {
  // Null: not asked yet, by the one who was invited; the part itself asks then.
  const none = props.session.waysIn.ways.value?.providers.length === 0;
  return none && props.still === undefined ? null : <Providers {...props} />;
}
