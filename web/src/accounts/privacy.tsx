/** What is kept about one friend: for how long, a copy of it, its end. */
import { useState } from 'preact/hooks';
import { path } from '../net/api';
import { faceOf } from '../ui/face';
import { Avatar } from '../ui/avatar';
import { useKind, useLive, useServer } from '../app/context';
import { Card } from '../ui/section';
import { plain } from '../things/names';
import { summariseFriend } from '../things/friends/summary';
import type { Grant } from '../app/visitor';
import { covers } from '../app/visitor';
import type { Thing } from '../net/protocol';
import { keyOf } from '../app/world';
import { Dialog } from '../ui/dialog';
import { ActButton, Field, Form, Select } from '../ui/form';
import { useLoaded } from './loaded';

/** The friends these grants are for. */
export function ownFriends(friends: readonly Thing[], own: readonly Grant[]): readonly Thing[] {
  return friends.filter((thing) => covers(own, keyOf('friend', thing.id)));
}

/** So many friends at a time; the search finds the others. */
const MOST = 40;

export function PrivacyPage() {
  const { world } = useLive();
  const friends = useKind('friend');
  const [query, setQuery] = useState('');
  const [open, setOpen] = useState<string | null>(null);
  const wanted = plain(query.trim());
  const found = friends
    .map((thing) => ({ thing, entry: summariseFriend(thing) }))
    .filter(({ entry }) => wanted === '' || entry.search.includes(wanted))
    .sort((a, b) => (a.entry.order < b.entry.order ? -1 : 1));
  return (
    <Card
      name="Privacy"
      aside={
        <label class="search small">
          <span class="hidden">Find a friend</span>
          <input
            type="search"
            placeholder="Find a friend"
            value={query}
            onInput={(typed) => {
              setQuery(typed.currentTarget.value);
            }}
          />
        </label>
      }
    >
      <p class="said muted">
        For each friend: how long positions are kept, a copy of everything known, and its end.
      </p>
      {found.length === 0 && <p class="note">There is no such friend.</p>}
      <ul class="list">
        {found.slice(0, MOST).map(({ thing, entry }) => (
          <li key={thing.id} class="list-open">
            <button
              type="button"
              class="list-head"
              aria-expanded={open === thing.id}
              onClick={() => {
                setOpen(open === thing.id ? null : thing.id);
              }}
            >
              <Avatar
                colour={entry.colour}
                initials={entry.initials}
                presence={entry.presence}
                robot={false}
                face={faceOf(world.get(keyOf('face', thing.id)))}
              />
              <span class="list-in">
                <b>{entry.name}</b>
                <span class="muted">{thing.id}</span>
              </span>
            </button>
            {open === thing.id && <FriendPrivacy thing={thing} bare />}
          </li>
        ))}
      </ul>
      {found.length > MOST && (
        <p class="note">and {found.length - MOST} more; the search finds them.</p>
      )}
    </Card>
  );
}

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
  const { value, why, again } = useLoaded(async () => {
    const { days } = await api.get(path`friends/${user}/${device}/retention`);
    return typeof days === 'number' ? String(days) : '';
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
              .put(path`friends/${user}/${device}/retention`, {
                days: days === '' ? null : Number(days),
              })
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
            save(await api.file(path`friends/${user}/${device}/export`));
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
        {why || said}
      </p>
      {erasing && (
        <Dialog
          title={`Erase ${entry.name}?`}
          close={() => {
            setErasing(false);
          }}
        >
          <p>
            Everything known about <b>{entry.name}</b> goes: position, history, picture, links to
            it. The audit log keeps that it happened, under a pseudonym. This cannot be undone. A
            phone that sends again will be a new friend.
          </p>
          <p class="note">If a copy is wanted, export it first.</p>
          <Form
            button="Erase for good"
            danger
            blame={{ malformed: 'confirm' }}
            submit={async (values) => {
              await api.post(path`friends/${user}/${device}/erase`, {
                confirm: values('confirm').trim(),
              });
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
      )}
    </div>
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
