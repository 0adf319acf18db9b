/** How long the robot goes on if what steers it dies, and how that is known. */
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { ShieldAlert, ShieldCheck } from 'lucide';
import { Icon } from '../../../ui/icon';
import { stopText } from './read';
import type { Guard, Lease, Part } from './read';
import { grouped } from '../../../ui/numbers';

function wordsOf(dies: Part['dies']): readonly [what: string, who: string] {
  switch (dies) {
    case 'killed':
      return [t`Sightline is killed`, t`the broker speaks the will of the driver’s own connection`];
    case 'hung':
      return [t`Sightline hangs`, t`the guard hears no more commands`];
    case 'both':
      return [
        t`Sightline hangs and no guard is there`,
        t`the broker gives up the silent connection`,
      ];
  }
}

/** Without a guard the last line of the list is the worst case; with one it is what comes after. */
export function StopBound({
  guard,
  lease,
}: {
  guard: Guard | undefined;
  lease: Lease | undefined;
}) {
  const live = guard?.presence === 'live';
  const stops = guard === undefined ? '' : stopText(guard);
  return (
    <div class="drive-hint" data-guard={live ? 'live' : 'none'}>
      <Icon of={live ? ShieldCheck : ShieldAlert} />
      <div>
        <p>{t`Stops by itself when you let go, switch tab, or the link is silent for 0.4 s.`}</p>
        {guard !== undefined && (
          <details>
            <summary>
              {live ? (
                <Trans>
                  If everything dies: stops within <b class="number">{stops}</b>.
                </Trans>
              ) : (
                <Trans>
                  If everything dies: stops within <b class="number">{stops}</b>, because no guard
                  is at the broker.
                </Trans>
              )}
            </summary>
            <ul>
              {guard.parts.map((part) => (
                <li key={part.dies} data-part={part.dies} data-measured={part.measured}>
                  {wordsOf(part.dies)[0]}: <b class="number">{secondsText(part)}</b>,{' '}
                  {wordsOf(part.dies)[1]}.
                </li>
              ))}
              <li>
                {lease === undefined
                  ? t`Who drives gets a connection of their own at the broker, for its will.`
                  : lease.trip === undefined
                    ? t`The driver’s own connection stands at the broker.`
                    : t`The driver’s own connection stands; the last command took ${lease.trip} ms to the broker and back.`}
              </li>
              <li>{t`If the broker or the robot’s own link is lost, only the robot can stop: the original takes about 9 s.`}</li>
            </ul>
          </details>
        )}
      </div>
    </div>
  );
}

/** The same in one text, for where there is no room. */
export function boundTitle(guard: Guard): string {
  return guard.parts.map((part) => `${wordsOf(part.dies)[0]}: ${secondsText(part)}.`).join(' ');
}

/** What was measured; and what it is at most, as far as measuring cannot tell. */
export function secondsText(part: Part): string {
  const [seconds, bound] = [grouped(part.seconds), grouped(part.bound)];
  if (part.measured === undefined) return t`at most ${bound} s, not measured yet`;
  if (part.measured === part.seconds) return t`${seconds} s, measured`;
  const measured = grouped(part.measured);
  return t`at most ${seconds} s, ${measured} s measured`;
}
