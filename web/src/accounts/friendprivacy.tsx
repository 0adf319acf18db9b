/** What is kept of one friend, to take along or to erase. */
import { plural, t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useState } from 'preact/hooks';
import { useServer } from '../app/context';
import { ErrorLink } from '../ui/doclink';
import type { Thing } from '../net/protocol';
import { summariseFriend } from '../things/friends/summary';
import { ActButton } from '../ui/actbutton';
import { Dialog } from '../ui/dialog';
import { Field, Select } from '../ui/field';
import { Form } from '../ui/form';
import { useLoaded } from './loader';
import type { Entry } from '../things/entry';
import type { Dispatch, StateUpdater } from 'preact/hooks';
import type { Api } from '../net/api';

const spans = (): readonly (readonly [days: string, words: string])[] => [
  ['', t`As the server’s settings say`],
  ['1', t`A day`],
  ['7', t`A week`],
  ['30', t`A month`],
  ['90', t`Three months`],
  ['365', t`A year`],
];

export function FriendPrivacy({ thing, bare = false }: { thing: Thing; bare?: boolean }) {
  const { api } = useServer();
  const [erasing, setErasing] = useState(false);
  const [said, setSaid] = useState('');
  const [user = '', device = ''] = thing.id.split('/', 2);
  const entry = summariseFriend(thing);
  const { name } = entry;
  const { value, failure, again } = useLoaded(async () => {
    const { days } = await api.get('friends/{user}/{device}/retention', { user, device });
    return String(days ?? '');
  }, thing.id);
  const kept = spans();
  const options =
    value === undefined || kept.some(([days]) => days === value)
      ? kept
      : [...kept, [value, plural(Number(value), { one: '# day', other: '# days' })] as const];
  return (
    <div class="privacy" data-privacy={thing.id}>
      {!bare && (
        <h3>
          {entry.name} <span class="muted">{thing.id}</span>
        </h3>
      )}
      <div class="privacy-in">
        <Select
          name="days"
          label={t`Keep positions for`}
          value={value ?? ''}
          options={options}
          change={(days) => {
            setSaid('');
            api
              .put(
                'friends/{user}/{device}/retention',
                { user, device },
                {
                  days: days === '' ? null : Number(days),
                },
              )
              .then(
                () => {
                  setSaid(t`Kept so from now on.`);
                },
                (error: unknown) => {
                  setSaid(error instanceof Error ? error.message : String(error));
                },
              )
              .finally(() => void again());
          }}
        />
        <ActButton
          words={t`Export`}
          label={t`Export everything about ${name}`}
          act={async () => {
            save(await api.file('friends/{user}/{device}/export', { user, device }));
          }}
        />
        <button
          type="button"
          class="button danger-text"
          onClick={() => {
            setErasing(true);
          }}
        >{t`Erase…`}</button>
      </div>
      <p class="hint" role="status">
        {failure?.why ?? said}
        <ErrorLink code={failure?.code} />
      </p>
      {erasing && (
        <EraseDialog
          entry={entry}
          setErasing={setErasing}
          api={api}
          user={user}
          device={device}
          thing={thing}
        />
      )}
    </div>
  );
}

function EraseDialog({
  entry,
  setErasing,
  api,
  user,
  device,
  thing,
}: {
  entry: Entry;
  setErasing: Dispatch<StateUpdater<boolean>>;
  api: Api;
  user: string;
  device: string;
  thing: Thing;
}) {
  const { name } = entry;
  const { id } = thing;
  return (
    <Dialog
      title={t`Erase ${name}?`}
      close={() => {
        setErasing(false);
      }}
    >
      <p>
        <Trans>
          Everything known about <b>{name}</b> goes: position, history, picture, links to it. The
          audit log keeps that it happened, under a pseudonym. This cannot be undone. A phone that
          sends again will be a new friend.
        </Trans>
      </p>
      <p class="note">{t`If a copy is wanted, export it first.`}</p>
      <Form
        button={t`Erase for good`}
        danger
        blame={{ malformed: 'confirm' }}
        submit={async (values) => {
          await api.post(
            'friends/{user}/{device}/erase',
            { user, device },
            {
              confirm: values('confirm').trim(),
            },
          );
          setErasing(false);
        }}
      >
        <Field
          name="confirm"
          label={t`To confirm, type ${id}`}
          autocomplete="off"
          maxLength={300}
          focus
        />
      </Form>
    </Dialog>
  );
}

/** Hand a file to the browser's downloads. */
function save({ name, content }: { name: string; content: Blob }): void {
  const url = URL.createObjectURL(content);
  const anchor = document.createElement('a');
  anchor.href = url;
  anchor.download = name;
  anchor.click();
  setTimeout(() => {
    URL.revokeObjectURL(url);
  }, 10_000);
}
