/** Maps at addresses elsewhere: what browsers ask for them, and whom they thereby tell something. */
import { t } from '@lingui/core/macro';
import { useState } from 'preact/hooks';
import { useKind, useServer, useTime } from '../app/context';
import { useCalled } from '../app/people';
import type { RemoteMapShown } from '../generated';
import type { Read } from '../net/shape';
import { Sure } from '../ui/actbutton';
import { Card } from '../ui/section';
import { useLoaded } from './loader';
import { NewMapAddress } from './newmapaddress';
import { Trouble } from './once';
import { whenText } from './wording';

export function MapAddressesCard() {
  const { api } = useServer();
  const shown = useKind('map').map(({ id }) => id);
  const { value, failure, again } = useLoaded(
    () => api.get('admin/map-addresses'),
    shown.join(' '),
  );
  const [open, setOpen] = useState(false);
  const [changed, setChanged] = useState(false);
  return (
    <Card
      name={t`Maps from elsewhere`}
      aside={
        <button
          type="button"
          class="button"
          onClick={() => {
            setOpen(true);
          }}
        >{t`Add a map`}</button>
      }
    >
      <p class="said muted">{t`A map may also come from somebody else’s server, such as satellite pictures. Then that server learns which area each person looks at, and from which internet address. Without one of these maps, nothing on this page comes from anywhere but here.`}</p>
      {changed && <ReloadNote />}
      <Trouble failure={failure} />
      {value !== undefined && value.trouble !== '' && (
        <p class="form-error" role="alert">
          {value.trouble}
        </p>
      )}
      {value?.maps.length === 0 && (
        <p class="note">{t`There is none: everything comes from here.`}</p>
      )}
      <ul class="list">
        {value?.maps.map((map) => (
          <AddressRow
            key={map.name}
            map={map}
            remove={async () => {
              await api.del('admin/map-addresses/{name}', { name: map.name });
              await again();
            }}
          />
        ))}
      </ul>
      {open && (
        <NewMapAddress
          close={() => {
            setOpen(false);
          }}
          done={async () => {
            setOpen(false);
            setChanged(true);
            await again();
          }}
        />
      )}
    </Card>
  );
}

/** A page may ask only the hosts that were allowed when it was loaded. */
function ReloadNote() {
  return (
    <p class="note" role="status" data-reload>
      {t`Pages that are open now show it after they are loaded again.`}{' '}
      <button
        type="button"
        class="button"
        onClick={() => {
          location.reload();
        }}
      >{t`Load this page again`}</button>
    </p>
  );
}

function AddressRow({ map, remove }: { map: Read<RemoteMapShown>; remove(): Promise<void> }) {
  const { now } = useTime();
  const hosts = map.hosts.join(', ');
  const by = useCalled(map.by);
  const when = whenText(map.at, now.value);
  return (
    <li data-map-address={map.name}>
      <span class="list-in">
        <b>
          {map.title}
          <span class="tag">{map.role === 'base' ? t`Map` : t`Layer`}</span>
        </b>
        <span>{t`Browsers ask ${hosts}`}</span>
        <span class="muted">
          {map.fixed ? t`From the settings file, and changed there` : t`Set by ${by} on ${when}`}
          {map.has_key && ` · ${t`with a key, which every browser that shows it sees`}`}
        </span>
      </span>
      {!map.fixed && (
        <Sure words={t`Remove`} sure={t`Yes, remove`} label={map.title} act={remove} />
      )}
    </li>
  );
}
