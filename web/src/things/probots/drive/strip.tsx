/** All robots, to change between them. */
import { t } from '@lingui/core/macro';
import { useKind, useNavigation } from '../../../app/context';
import { keyOf } from '../../../app/world';
import type { Key } from '../../../app/world';
import { RobotAvatar } from '../avatar';
import { useRobotFreshness } from '../fresh';
import { availabilityText } from './robotstate';
import { inOrder, readProBot, availabilityOf } from '../read';

/** All robots, to change between them. */
export function Strip({ of }: { of: Key }) {
  const { choose } = useNavigation();
  const robots = useKind('probot').map(readProBot).sort(inOrder);
  const freshnessOf = useRobotFreshness();
  const leases = new Set(useKind('lease').map((lease) => lease.id));
  if (robots.length < 2) return <span class="strip" />;
  return (
    <div class="strip" role="group" aria-label={t`Robots`}>
      {robots.map((robot) => {
        const key = keyOf('probot', robot.id);
        const fresh = freshnessOf(robot);
        const availability = availabilityOf(robot, fresh, leases.has(robot.id));
        return (
          <button
            key={key}
            type="button"
            aria-pressed={key === of}
            onClick={() => {
              choose(key);
            }}
          >
            <RobotAvatar robot={robot} fresh={fresh} />
            <span>
              <b class="ellipsis">{robot.name}</b>
              <small class="ellipsis">
                {availability === 'available' || availability === 'in use'
                  ? [
                      robot.roundTrip === undefined
                        ? ''
                        : `${String(Math.round(robot.roundTrip))} ms`,
                      robot.battery === undefined ? '' : `${String(Math.round(robot.battery))}%`,
                      availability === 'in use' ? t`In use` : '',
                    ]
                      .filter(Boolean)
                      .join(' · ')
                  : availabilityText(availability)}
              </small>
            </span>
          </button>
        );
      })}
    </div>
  );
}
