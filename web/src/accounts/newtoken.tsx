/** Making a token for a program or a phone. */
import { t } from '@lingui/core/macro';
import { useState } from 'preact/hooks';
import { useLive, useWho } from '../app/context';
import { isAdmin } from '../app/visitor';
import { keyOf } from '../app/world';
import type { Api } from '../net/api';
import { useRoster } from '../things/context';
import { Dialog } from '../ui/dialog';
import { Form } from '../ui/form';
import { Field, Select } from '../ui/field';
import { Once } from './once';
import { ownFriends } from './privacy';
import { scopeWords } from './wording';
import type { Dispatch, StateUpdater } from 'preact/hooks';
import type { Thing } from '../net/protocol';
import type { Entry } from '../things/entry';

export function NewToken({ api, close }: { api: Api; close(): void }) {
  const { world } = useLive();
  const { visitor } = useWho();
  const { entries } = useRoster();
  const [made, setMade] = useState<string | null>(null);
  const [publishes, setPublishes] = useState(false);
  const friends = ownFriends(
    [...world.kind('friend').values()],
    isAdmin(visitor) ? ['*'] : visitor.rights.own,
  );
  const scopes = scopeWords().filter(
    ([scope]) =>
      (scope !== 'metrics' || isAdmin(visitor)) &&
      (scope !== 'drive' || visitor.rights.drive.length > 0) &&
      (scope !== 'publish' || friends.length > 0),
  );
  return (
    <Dialog title={made === null ? t`New API token` : t`Your new token`} close={close}>
      {made !== null ? (
        <Once
          text={made}
          words={t`Copy the token`}
          about={t`It is shown this once. Whoever has it may do what it is for.`}
          close={close}
        />
      ) : (
        <TokenForm
          api={api}
          scopes={scopes}
          publishes={publishes}
          setMade={setMade}
          setPublishes={setPublishes}
          friends={friends}
          entries={entries}
        />
      )}
    </Dialog>
  );
}

function TokenForm({
  api,
  scopes,
  publishes,
  setMade,
  setPublishes,
  friends,
  entries,
}: {
  api: Api;
  scopes: (readonly [scope: string, words: string])[];
  publishes: boolean;
  setMade: Dispatch<StateUpdater<string | null>>;
  setPublishes: Dispatch<StateUpdater<boolean>>;
  friends: readonly Thing[];
  entries: ReadonlyMap<string, Entry>;
}) {
  return (
    <Form
      button={t`Make the token`}
      blame={{ malformed: 'name' }}
      submit={async (value, form) => {
        const days = value('days');
        const { token } = await api.post('tokens', {
          name: value('name'),
          scopes: scopes.map(([scope]) => scope).filter((scope) => checked(form, `scope-${scope}`)),
          things: publishes ? [value('thing')] : [],
          ...(days === '' ? {} : { days: Number(days) }),
        });
        setMade(token);
      }}
    >
      <Field
        name="name"
        label={t`Name`}
        hint={t`What will use it: “backup script”`}
        maxLength={64}
        autocomplete="off"
        focus
      />
      <fieldset class="checks">
        <legend>{t`What it is for`}</legend>
        {scopes.map(([scope, words]) => (
          <label key={scope}>
            <input
              type="checkbox"
              name={`scope-${scope}`}
              defaultChecked={scope === 'see'}
              onChange={(changed) => {
                if (scope === 'publish') setPublishes(changed.currentTarget.checked);
              }}
            />
            <span>
              <b>{scope}</b> {words}
            </span>
          </label>
        ))}
      </fieldset>
      {publishes && (
        <Select
          name="thing"
          label={t`For the phone`}
          options={friends.map((thing) => {
            const key = keyOf('friend', thing.id);
            return [key, `${entries.get(key)?.name ?? ''} (${thing.id})`] as const;
          })}
        />
      )}
      <Select
        name="days"
        label={t`Lasts`}
        value="90"
        options={[
          ['7', t`A week`],
          ['30', t`A month`],
          ['90', t`Three months`],
          ['365', t`A year`],
          ['', t`Until it is revoked`],
        ]}
      />
    </Form>
  );
}

export function checked(form: HTMLFormElement, name: string): boolean {
  const found = form.elements.namedItem(name);
  return found instanceof HTMLInputElement && found.checked;
}
