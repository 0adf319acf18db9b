/** One device: its further names, a new name, and its merge with another one. */
import { t } from '@lingui/core/macro';
import { useState } from 'preact/hooks';
import { useServer, useTime } from '../app/context';
import type { Api } from '../net/api';
import { ActButton, Sure } from '../ui/actbutton';
import { Dialog } from '../ui/dialog';
import { Field } from '../ui/field';
import { Form } from '../ui/form';
import { howText, mergeText, whenText } from './wording';
import type { Device, Preview } from './wording';

interface Part {
  readonly device: Device;
  readonly again: () => Promise<void>;
  close(): void;
}

/** A device as the paths of calls name it. */
function named({ device: id }: Device): { readonly user: string; readonly device: string } {
  const [user = '', device = ''] = id.split('/');
  return { user, device };
}

export function EditDevice({ device, again, close }: Part) {
  const { api } = useServer();
  return (
    <Dialog title={device.device} close={close}>
      <Names device={device} again={again} api={api} />
      <h3>{t`Rename`}</h3>
      <Form
        button={t`Rename`}
        blame={{ taken: 'name', malformed: 'name' }}
        submit={async (value) => {
          await api.post('admin/devices/{user}/{device}/rename', named(device), {
            name: value('name'),
          });
          await again();
          close();
        }}
      >
        <Field
          name="name"
          label={t`New name`}
          hint={t`user/device. Its past and its grants follow; the phone need not be set up anew.`}
          autocomplete="off"
          maxLength={257}
          value={device.device}
        />
      </Form>
      <Merge device={device} again={again} close={close} api={api} />
    </Dialog>
  );
}

function Names({ device, again, api }: Omit<Part, 'close'> & { api: Api }) {
  const { now } = useTime();
  return (
    <>
      <h3>{t`Also known as`}</h3>
      {device.names.length === 0 && <p class="said muted">{t`It has one name only.`}</p>}
      {device.names.length > 0 && (
        <ul class="list">
          {device.names.map(({ name, how, at: since }) => (
            <li key={name}>
              <span class="list-in">
                <b>{name}</b>
                <span class="muted">
                  {howText(how)} {whenText(since, now.value)}
                </span>
              </span>
              <Sure
                words={t`Split off`}
                sure={t`Yes, these are two`}
                label={name}
                act={async () => {
                  await api.post('admin/devices/{user}/{device}/split', named(device), { name });
                  await again();
                }}
              />
            </li>
          ))}
        </ul>
      )}
      {device.listens !== device.device && <p class="said muted">{takesText(device.listens)}</p>}
    </>
  );
}

function Merge({ device, again, close, api }: Part & { api: Api }) {
  const [told, setTold] = useState<Preview | null>(null);
  return (
    <>
      <h3>{t`Merge into another device`}</h3>
      <Form
        button={t`See what would happen`}
        blame={{ unknown: 'into', malformed: 'into' }}
        submit={async (value) => {
          const into = value('into');
          setTold(await api.get('admin/devices/{user}/{device}/merge', named(device), { into }));
        }}
      >
        <Field
          name="into"
          label={t`The device that stays`}
          hint={t`By its user and device, such as jane/phone`}
          autocomplete="off"
          maxLength={257}
        />
      </Form>
      {told && (
        <>
          <ul class="told">
            {mergeText(told).map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
          <ActButton
            words={mergeWords(told.into)}
            danger
            act={async () => {
              const { into } = told;
              await api.post('admin/devices/{user}/{device}/merge', named(device), { into });
              await again();
              close();
            }}
          />
        </>
      )}
    </>
  );
}

function takesText(listens: string): string {
  return t`It takes commands as ${listens}.`;
}

function mergeWords(into: string): string {
  return t`Merge into ${into}`;
}
