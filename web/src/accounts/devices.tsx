/** All devices with their names: which spellings are one, merge, rename, split. */
import { t } from '@lingui/core/macro';
import { useState } from 'preact/hooks';
import { useServer, useTime } from '../app/context';
import { Card } from '../ui/section';
import { EditDevice } from './editdevice';
import { useLoaded } from './loader';
import { Trouble } from './once';
import { whenText } from './wording';
import type { Device } from './wording';

export function DevicesPage() {
  const { api } = useServer();
  const [text, setText] = useState('');
  const {
    value: found,
    failure,
    again,
  } = useLoaded(() => api.get('admin/devices', { text: text.trim() }), text.trim());
  const devices = found?.devices;
  const [open, setOpen] = useState<string | null>(null);
  const chosen = devices?.find(({ device }) => device === open);
  return (
    <Card
      name={t`Devices`}
      aside={
        <label class="search small">
          <span class="hidden">{t`Find a device`}</span>
          <input
            type="search"
            placeholder={t`Find a device`}
            value={text}
            onInput={(typed) => {
              setText(typed.currentTarget.value);
            }}
          />
        </label>
      }
    >
      <p class="said muted">{t`A device may come under several names. All of them lead to one: its past, its grants and its keys.`}</p>
      <Trouble failure={failure} />
      <ul class="list">
        {devices?.map((device) => (
          <DeviceRow
            key={device.device}
            device={device}
            open={() => {
              setOpen(device.device);
            }}
          />
        ))}
      </ul>
      {devices?.length === 0 && <p class="note">{t`There is no such device.`}</p>}
      {found?.more === true && <p class="note">{t`There are more: type a part of the name.`}</p>}
      {chosen && (
        <EditDevice
          key={chosen.device}
          device={chosen}
          again={again}
          close={() => {
            setOpen(null);
          }}
        />
      )}
    </Card>
  );
}

function DeviceRow({ device, open }: { device: Device; open(): void }) {
  const { now } = useTime();
  const heard = device.heard === undefined ? '' : whenText(device.heard, now.value);
  const names = device.names.map(({ name }) => name).join(', ');
  return (
    <li class="list-open">
      <button type="button" class="list-head" data-device={device.device} onClick={open}>
        <span class="list-in">
          <b>
            {device.device}
            {device.card !== undefined && <span class="tag">{device.card}</span>}
          </b>
          <span class="muted">{names === '' ? t`One name only` : t`Also known as ${names}`}</span>
        </span>
        <span class="list-end">
          <span class="muted">{device.heard === undefined ? t`not heard` : t`heard ${heard}`}</span>
        </span>
      </button>
    </li>
  );
}
