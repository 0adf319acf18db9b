/** What is kept of one friend, to take along or to erase. */
import { useState } from 'preact/hooks';
import { useServer } from '../app/context';
import { ErrorLink } from '../ui/doclink';
import type { Thing } from '../net/protocol';
import { summariseFriend } from '../things/friends/summary';
import { ActButton } from '../ui/actbutton';
import { Dialog } from '../ui/dialog';
import { Field, Select } from '../ui/field';
import { Form } from '../ui/form';
import { useLoaded } from './loaded';
import type { Entry } from '../things/entry';
import type { Dispatch, StateUpdater } from 'preact/hooks';
import type { Api } from '../net/api';

const KEPT: readonly (readonly [days: string, words: string])[] = [
  ['', 'As the server’s settings say'],
  ['1', 'A day'],
  ['7', 'A week'],
  ['30', 'A month'],
  ['90', 'Three months'],
  ['365', 'A year'],
];

export function FriendPrivacy({ thing, bare = false }: { thing: Thing; bare?: boolean }) {
  const { api } = useServer();
  const [erasing, setErasing] = useState(false);
  const [said, setSaid] = useState('');
  const [user = '', device = ''] = thing.id.split('/', 2);
  const entry = summariseFriend(thing);
  const { value, failure, again } = useLoaded(async () => {
    const { days } = await api.get('friends/{user}/{device}/retention', { user, device });
    return String(days ?? '');
  }, thing.id);
  const options =
    value === undefined || KEPT.some(([days]) => days === value)
      ? KEPT
      : [...KEPT, [value, `${value} days`] as const];
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
          label="Keep positions for"
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
                  setSaid('Kept so from now on.');
                },
                (error: unknown) => {
                  setSaid(error instanceof Error ? error.message : String(error));
                },
              )
              .finally(() => void again());
          }}
        />
        <ActButton
          words="Export"
          label={`Export everything about ${entry.name}`}
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
        >
          Erase…
        </button>
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
  return (
    <Dialog
      title={`Erase ${entry.name}?`}
      close={() => {
        setErasing(false);
      }}
    >
      <p>
        Everything known about <b>{entry.name}</b> goes: position, history, picture, links to it.
        The audit log keeps that it happened, under a pseudonym. This cannot be undone. A phone that
        sends again will be a new friend.
      </p>
      <p class="note">If a copy is wanted, export it first.</p>
      <Form
        button="Erase for good"
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
          label={`To confirm, type ${thing.id}`}
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
