/** The maps of this server: what each covers, and what is wrong with it. */
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useKind, useTime, useServer } from '../app/context';
import type { MapShown } from '../generated';
import type { Read } from '../net/shape';
import { readMap } from '../things/maps/read';
import { Sure } from '../ui/actbutton';
import { bytes } from '../ui/numbers';
import { Card } from '../ui/section';
import { useLoaded } from './loader';
import { Trouble } from './once';
import { whenText } from './wording';

export function MapsCard() {
  const { api } = useServer();
  // Another map, or another file of it, asks again.
  const shown = useKind('map').map(readMap);
  const { value, failure, again } = useLoaded(
    () => api.get('admin/maps'),
    shown.map(({ url }) => url).join(' '),
  );
  return (
    <Card name={t`Maps`}>
      <p class="said muted">
        <Trans>
          The page comes with a map of the world that ends at towns. Maps with streets, of the areas
          you want, are added on the server with <code>sightline map add</code>. They are drawn from
          this server alone: nobody else learns where people look.
        </Trans>
      </p>
      <Trouble failure={failure} />
      {value !== undefined && value.trouble !== '' && (
        <p class="form-error" role="alert">
          {value.trouble}
        </p>
      )}
      {value?.maps.length === 0 && <p class="note">{t`No map with streets has been added yet.`}</p>}
      <ul class="list">
        {value?.maps.map((map) => (
          <MapRow
            key={map.name}
            map={map}
            remove={async () => {
              await api.del('admin/maps/{name}', { name: map.name });
              await again();
            }}
          />
        ))}
      </ul>
    </Card>
  );
}

function MapRow({ map, remove }: { map: Read<MapShown>; remove(): Promise<void> }) {
  const { now } = useTime();
  const { min_zoom: least, max_zoom: most, source } = map;
  const size = bytes(map.size);
  const added = whenText(map.updated, now.value);
  const broken = map.problem !== '';
  return (
    <li data-map={map.name}>
      <span class="list-in">
        <b>
          {map.title}
          <span class="pill" data-tone={broken ? 'bad' : 'ok'}>
            <i />
            {broken ? t`Not shown` : map.role === 'base' ? t`Map` : t`Layer`}
          </span>
        </b>
        {broken && <span>{map.problem}</span>}
        <span class="muted">
          {[size, t`zooms ${least} to ${most}`, t`added ${added} from ${source}`].join(' · ')}
        </span>
      </span>
      <Sure words={t`Remove`} sure={t`Yes, remove`} label={map.title} act={remove} />
    </li>
  );
}
