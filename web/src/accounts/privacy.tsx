/** What is kept about one friend: for how long, a copy of it, its end. */
import { t } from '@lingui/core/macro';
import { useState } from 'preact/hooks';
import { useKind, useLive } from '../app/context';
import { covers } from '../app/visitor';
import type { Grant } from '../app/visitor';
import { keyOf } from '../app/world';
import type { Thing } from '../net/protocol';
import { EntryAvatar } from '../things/entryavatar';
import { summariseFriend } from '../things/friends/summary';
import { plain } from '../things/names';
import { faceOf } from '../ui/face';
import { Card } from '../ui/section';
import { FriendPrivacy } from './friendprivacy';
import { MapPrivacy } from './mapprivacy';

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
  const more = found.length - MOST;
  return (
    <Card
      name={t`Privacy`}
      aside={
        <label class="search small">
          <span class="hidden">{t`Find a friend`}</span>
          <input
            type="search"
            placeholder={t`Find a friend`}
            value={query}
            onInput={(typed) => {
              setQuery(typed.currentTarget.value);
            }}
          />
        </label>
      }
    >
      <p class="said muted">{t`For each friend: how long positions are kept, a copy of everything known, and its end.`}</p>
      <MapPrivacy />
      {found.length === 0 && <p class="note">{t`There is no such friend.`}</p>}
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
              <EntryAvatar
                entry={entry}
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
      {more > 0 && <p class="note">{t`and ${more} more; the search finds them.`}</p>}
    </Card>
  );
}
