/** Shared links: those there are, and who is looking by them. */
import { Person } from '../app/people';
import { useTime, useServer } from '../app/context';
import { useRoster } from '../things/context';
import { Sure } from '../ui/actbutton';
import { Trouble } from './once';
import { useLoaded } from './loaded';
import { grantText, whenText } from './wording';
import type { Link } from './wording';

const LINK_STATES: Readonly<Record<Link['standing'], readonly [tone: string, word: string]>> = {
  open: ['ok', 'Open'],
  early: ['warn', 'Not yet'],
  ended: ['off', 'Ended'],
  revoked: ['off', 'Withdrawn'],
};

/** All links one may know of; only those of an owner, or that show a thing, where that is given. */
export function LinkList({
  owner,
  shows,
  turn = 0,
  empty = 'No link has been made yet. Links are made from a friend’s details, by Share.',
}: {
  owner?: string;
  shows?: readonly string[];
  /** Another number asks again. */
  turn?: number;
  empty?: string;
}) {
  const { now } = useTime();
  const { api } = useServer();
  const { entries } = useRoster();
  const { value, failure, again } = useLoaded(
    async () => (await api.get('links')).links,
    String(turn),
  );
  const links = value?.filter(
    (link) =>
      (owner === undefined || link.owner === owner) &&
      (shows === undefined || link.things.some((thing) => shows.includes(thing))),
  );
  return (
    <>
      <Trouble failure={failure} />
      {links?.length === 0 && <p class="note">{empty}</p>}
      <ul class="list">
        {links?.map((link) => {
          const [tone, word] = LINK_STATES[link.standing];
          const live = link.standing === 'open' || link.standing === 'early';
          return (
            <li key={link.id} data-link={link.standing}>
              <span class="list-in">
                <b>
                  {link.name}
                  <span class="pill" data-tone={tone}>
                    <i />
                    {word}
                  </span>
                </b>
                <span class="muted">
                  {link.things
                    .map((thing) => grantText(thing, (key) => entries.get(key)?.name))
                    .join(', ')}
                </span>
                <span class="muted">
                  {whenText(link.starts, now.value)} to {whenText(link.ends, now.value)} · by{' '}
                  <Person account={link.owner} />
                  {link.standing === 'open' && ` · ${looking(link.visitors)}`}
                </span>
              </span>
              {live && (
                <Sure
                  words="Withdraw"
                  sure="Yes, withdraw"
                  label={link.name}
                  act={async () => {
                    await api.del('links/{id}', { id: link.id });
                    await again();
                  }}
                />
              )}
            </li>
          );
        })}
      </ul>
    </>
  );
}

function looking(visitors: number): string {
  if (visitors === 0) return 'not opened';
  return visitors === 1 ? '1 browser' : `${String(visitors)} browsers`;
}
