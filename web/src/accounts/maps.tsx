/** The maps of this server: what each covers, and what is wrong with it. */
import { useKind, useTime, useServer } from '../app/context';
import type { MapShown } from '../generated';
import type { Read } from '../net/shape';
import { readMap } from '../things/maps/read';
import { Sure } from '../ui/actbutton';
import { bytes } from '../ui/numbers';
import { Card } from '../ui/section';
import { useLoaded } from './loaded';
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
    <Card name="Maps">
      <p class="said muted">
        The page comes with a map of the world that ends at towns. Maps with streets, of the areas
        you want, are added on the server with <code>sightline map add</code>. They are drawn from
        this server alone: nobody else learns where people look.
      </p>
      <Trouble failure={failure} />
      {value !== undefined && value.trouble !== '' && (
        <p class="form-error" role="alert">
          {value.trouble}
        </p>
      )}
      {value?.maps.length === 0 && <p class="note">No map with streets has been added yet.</p>}
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
  const broken = map.problem !== '';
  return (
    <li data-map={map.name}>
      <span class="list-in">
        <b>
          {map.title}
          <span class="pill" data-tone={broken ? 'bad' : 'ok'}>
            <i />
            {broken ? 'Not shown' : map.role === 'base' ? 'Map' : 'Layer'}
          </span>
        </b>
        {broken && <span>{map.problem}</span>}
        <span class="muted">
          {bytes(map.size)} · zooms {map.min_zoom} to {map.max_zoom} · added{' '}
          {whenText(map.updated, now.value)} from {map.source}
        </span>
      </span>
      <Sure words="Remove" sure="Yes, remove" label={map.title} act={remove} />
    </li>
  );
}
