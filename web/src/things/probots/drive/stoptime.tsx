/** How long the robot goes on if what steers it dies, and how that is known. */
import { ShieldAlert, ShieldCheck } from 'lucide';
import { Icon } from '../../../ui/icon';
import { stopText } from './read';
import type { Guard, Lease, Part } from './read';

const WORDS: Readonly<Record<Part['dies'], readonly [what: string, who: string]>> = {
  killed: ['Sightline is killed', 'the broker speaks the will of the driver’s own connection'],
  hung: ['Sightline hangs', 'the guard hears no more commands'],
  both: ['Sightline hangs and no guard is there', 'the broker gives up the silent connection'],
};

/** Without a guard the last line of the list is the worst case; with one it is what comes after. */
export function StopBound({
  guard,
  lease,
}: {
  guard: Guard | undefined;
  lease: Lease | undefined;
}) {
  const live = guard?.presence === 'live';
  return (
    <div class="drive-hint" data-guard={live ? 'live' : 'none'}>
      <Icon of={live ? ShieldCheck : ShieldAlert} />
      <div>
        <p>Stops by itself when you let go, switch tab, or the link is silent for 0.4 s.</p>
        {guard !== undefined && (
          <details>
            <summary>
              If everything dies: stops within <b class="number">{stopText(guard)}</b>
              {live ? '.' : ', because no guard is at the broker.'}
            </summary>
            <ul>
              {guard.parts.map((part) => (
                <li key={part.dies} data-part={part.dies} data-measured={part.measured}>
                  {WORDS[part.dies][0]}: <b class="number">{secondsText(part)}</b>,{' '}
                  {WORDS[part.dies][1]}.
                </li>
              ))}
              <li>
                {lease === undefined
                  ? 'Who drives gets a connection of their own at the broker, for its will.'
                  : lease.trip === undefined
                    ? 'The driver’s own connection stands at the broker.'
                    : `The driver’s own connection stands; the last command took ${String(lease.trip)} ms to the broker and back.`}
              </li>
              <li>
                If the broker or the robot’s own link is lost, only the robot can stop: the original
                takes about 9 s.
              </li>
            </ul>
          </details>
        )}
      </div>
    </div>
  );
}

/** The same in one text, for where there is no room. */
export function boundTitle(guard: Guard): string {
  return guard.parts.map((part) => `${WORDS[part.dies][0]}: ${secondsText(part)}.`).join(' ');
}

/** What was measured; and what it is at most, as far as measuring cannot tell. */
export function secondsText({ seconds, bound, measured }: Part): string {
  if (measured === undefined) return `at most ${String(bound)} s, not measured yet`;
  if (measured === seconds) return `${String(seconds)} s, measured`;
  return `at most ${String(seconds)} s, ${String(measured)} s measured`;
}
