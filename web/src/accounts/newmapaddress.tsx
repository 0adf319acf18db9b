/** Setting a map at an address: tried first, then agreed to with all hosts that it brings. */
import { t } from '@lingui/core/macro';
import { useState } from 'preact/hooks';
import { useServer } from '../app/context';
import type { NewRemoteMap, RemoteMapTried } from '../generated';
import type { Read } from '../net/shape';
import { ActButton } from '../ui/actbutton';
import { Dialog } from '../ui/dialog';
import { Field, Select } from '../ui/field';
import { Form } from '../ui/form';
import type { Values } from '../ui/form';
import { plain } from '../things/names';

const roles = () =>
  [
    ['layer', t`A layer one can choose, such as satellite pictures`],
    ['base', t`The map itself, in place of the one that comes with the page`],
  ] as const;

interface Trial {
  readonly map: NewRemoteMap;
  readonly found: Read<RemoteMapTried>;
}

export function NewMapAddress({ close, done }: { close(): void; done(): Promise<void> }) {
  const { api } = useServer();
  // As values: braces within a message would be placeholders.
  const form = 'https://…/{z}/{x}/{y}.png';
  const place = '{key}';
  const [trial, setTrial] = useState<Trial | null>(null);
  return (
    <Dialog title={t`Add a map from elsewhere`} close={close}>
      <Form
        button={t`Try it`}
        blame={{ malformed: 'url' }}
        submit={async (value) => {
          setTrial(null);
          const map = mapOf(value);
          setTrial({ map, found: await api.post('admin/map-addresses/try', map) });
        }}
      >
        <Field
          name="title"
          label={t`What people call it`}
          autocomplete="off"
          maxLength={80}
          focus
        />
        <Field
          name="url"
          label={t`Address`}
          hint={t`Of pictures (${form}), of an archive (….pmtiles) or of a MapLibre style.`}
          autocomplete="off"
          maxLength={1000}
        />
        <Select name="role" label={t`Shown as`} options={roles()} />
        <Field
          name="attribution"
          label={t`Whom to name on the map`}
          hint={t`As its owner asks. Empty: as the map itself says.`}
          autocomplete="off"
          maxLength={200}
          required={false}
        />
        <Field
          name="key"
          label={t`Key`}
          hint={t`Stands for ${place} in the address. It is not shown here again, but every browser that shows the map sees it.`}
          type="password"
          autocomplete="off"
          maxLength={500}
          required={false}
        />
      </Form>
      {trial && (
        <Outcome
          trial={trial}
          use={async () => {
            const { map, found } = trial;
            const anyway = found.fault !== '';
            await api.post('admin/map-addresses', { ...map, hosts: [...found.hosts], anyway });
            await done();
          }}
        />
      )}
    </Dialog>
  );
}

function mapOf(value: Values): NewRemoteMap {
  const title = value('title').trim();
  return {
    name: nameOf(title),
    title,
    url: value('url').trim(),
    role: value('role') === 'base' ? 'base' : 'layer',
    attribution: value('attribution').trim(),
    key: value('key'),
  };
}

/** The name of a map by what people call it: small letters, digits and hyphens. */
export function nameOf(title: string): string {
  const name = plain(title)
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 40)
    .replace(/^-+|-+$/g, '');
  return name === '' ? 'map' : name;
}

/** What came of the trial, and whom using the map tells something. */
function Outcome({ trial: { found }, use }: { trial: Trial; use(): Promise<void> }) {
  const wrong = found.fault !== '';
  const { credit } = found;
  return (
    <section class="told" data-tried={wrong ? 'wrong' : 'good'} role="status">
      <p>{wrong ? found.fault : t`It works.`}</p>
      {credit !== '' && <p class="muted">{t`It wants to be named: ${credit}`}</p>}
      <p>{t`Every browser that shows it will ask these servers, which thereby learn which area people look at:`}</p>
      <ul>
        {found.hosts.map((host) => (
          <li key={host}>
            <code>{host}</code>
          </li>
        ))}
      </ul>
      {wrong && (
        <p class="muted">{t`It was tried from the server. Use it all the same only if browsers can reach what the server cannot, such as a map in your own network.`}</p>
      )}
      <ActButton
        words={wrong ? t`Use it anyway` : t`I agree: use this map`}
        primary={!wrong}
        act={use}
      />
    </section>
  );
}
