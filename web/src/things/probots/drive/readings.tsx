/** What is sent to the robot, and how it arrives. */
import { t } from '@lingui/core/macro';
import type { ProBot } from '../read';
import { useDriving } from './context';
import { isReleased, keysText } from './intent';
import type { Lease } from './read';
import { fixed } from '../../../ui/numbers';

export function Readings({
  robot,
  lease,
  mine,
}: {
  robot: ProBot;
  lease: Lease | undefined;
  mine: boolean;
}) {
  const { driver } = useDriving();
  const { keys, rate, sent, roundTrip, trip } = driver.flight.value;
  const { limits } = driver;
  const speed = keys.up - keys.down;
  const turn = keys.right - keys.left;
  const onWire = mine ? keysText(keys) : (lease?.sent ?? '');
  const echoed = mine ? sent : undefined;
  const way = mine ? trip : lease?.trip;
  return (
    <>
      <dl class="stats readings">
        <div>
          <dt>{t`Speed`}</dt>
          <dd>
            {fixed(Math.abs(speed), 2)}
            <small>{speed < 0 ? t`reverse` : most(limits.speed)}</small>
          </dd>
        </div>
        <div>
          <dt>{t`Turn`}</dt>
          <dd>
            {fixed(Math.abs(turn), 2)}
            <small>{turn < 0 ? t`left` : turn > 0 ? t`right` : most(limits.turn)}</small>
          </dd>
        </div>
        <div>
          <dt>{t`Sent`}</dt>
          <dd>
            {rate}
            <small>{t`per s`}</small>
          </dd>
        </div>
      </dl>
      <p class="wire" data-moving={!isReleased(keys)}>
        <code>keys/{robot.id}</code>
        <code data-wire="sent">{onWire || '–'}</code>
        <span class="muted number">
          {[
            ...(echoed === undefined ? [] : [t`passed on ${echoed}`]),
            ...(roundTrip === undefined ? [] : [t`server ${Math.round(roundTrip)} ms`]),
            ...(way === undefined ? [] : [t`broker ${Math.round(way)} ms`]),
          ].join(' · ')}
        </span>
      </p>
    </>
  );
}

/** The greatest value that is allowed, beside the one that is. */
function most(limit: number): string {
  const allowed = fixed(limit, 2);
  return t({ message: `of ${allowed}`, context: 'a limit' });
}
