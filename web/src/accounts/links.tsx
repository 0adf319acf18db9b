/** Shared links: those there are, and who is looking by them. */
import { plural, t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { Person } from '../app/people';
import { useTime, useServer } from '../app/context';
import { useRoster } from '../things/context';
import { Sure } from '../ui/actbutton';
import { Trouble } from './once';
import { useLoaded } from './loader';
import { grantText, whenText } from './wording';
import type { Link } from './wording';

const linkStates = (): Readonly<
  Record<Link['standing'], readonly [tone: string, word: string]>
> => ({
  open: ['ok', t`Open`],
  early: ['warn', t`Not yet`],
  ended: ['off', t`Ended`],
  revoked: ['off', t`Withdrawn`],
});

/** All links one may know of; only those of an owner, or that show a thing, where that is given. */
export function LinkList({
  owner,
  shows,
  turn = 0,
  empty = t`No link has been made yet. Links are made from a friend’s details, by Share.`,
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
          const [tone, word] = linkStates()[link.standing];
          const from = whenText(link.starts, now.value);
          const to = whenText(link.ends, now.value);
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
                  {t`${from} to ${to}`} ·{' '}
                  <Trans>
                    by <Person account={link.owner} />
                  </Trans>
                  {link.standing === 'open' && ` · ${looking(link.visitors)}`}
                </span>
              </span>
              {live && (
                <Sure
                  words={t`Withdraw`}
                  sure={t`Yes, withdraw`}
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
  if (visitors === 0) return t`not opened`;
  return plural(visitors, { one: '# browser', other: '# browsers' });
}
