/** Who besides this server learns something when a map is looked at; nothing is shown when nobody does. */
import { Trans } from '@lingui/react/macro';
import { useKind } from '../app/context';
import { readMap } from '../things/maps/read';

/** The maps that come from elsewhere: what they are called, and from which host. */
export function strangersOf(
  maps: readonly { readonly title: string; readonly url: string }[],
): readonly { readonly title: string; readonly host: string }[] {
  return maps
    .filter(({ url }) => /^https?:/.test(url))
    .map(({ title, url }) => ({ title, host: new URL(url.replace(/[{}]/g, '')).host }));
}

export function MapPrivacy() {
  const strangers = strangersOf(useKind('map').map(readMap));
  if (strangers.length === 0) return null;
  const names = strangers.map(({ title, host }) => `${title} (${host})`).join(', ');
  return (
    <p class="note" data-map-privacy>
      <Trans>
        Maps from elsewhere: {names}. While one of these is shown, its server learns which area is
        looked at, and from which internet address. It does not learn who is where.
      </Trans>
    </p>
  );
}
