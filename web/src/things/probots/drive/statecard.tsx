/** How the robot stands, and who drives it. */
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { fineAgeText, timeText } from '../../../app/ages';
import { useTime, useWho } from '../../../app/context';
import { Fact, Facts } from '../../../ui/facts';
import { useTicks } from '../../../ui/hooks';
import { Card } from '../../../ui/section';
import { Tilt } from '../tilt';
import type { Freshness } from '../../freshness';
import { useRobotFreshness } from '../fresh';
import { availabilityOf, isGone, postureOf, postureText, routineText } from '../read';
import type { Posture, ProBot } from '../read';
import { Person } from '../../../app/people';
import { useDrivers } from './drivers';
import { stopText } from './read';
import type { Guard, Lease } from './read';
import { AvailabilityPill } from './robotstate';
import { may } from './roles';
import { boundTitle } from './stoptime';

export function StateCard({
  robot,
  lease,
  guard,
}: {
  robot: ProBot;
  lease: Lease | undefined;
  guard: Guard | undefined;
}) {
  const { clock } = useTime();
  const { user } = useWho();
  const fresh = useRobotFreshness()(robot);
  useTicks(200, fresh.current);
  const from = useDrivers(may(user.value.role, 'drivers'), lease?.fence);
  const now = clock.seconds();
  const posture = postureOf(robot.angle);
  const address = from.get(robot.id);
  return (
    <Card
      name={t`State`}
      class="robot-state"
      aside={
        <AvailabilityPill
          availability={availabilityOf(robot, fresh, lease !== undefined)}
          fresh={fresh}
        />
      }
    >
      <div class="state-in">
        <Tilt robot={robot} fresh={fresh} />
        <StateFacts
          posture={posture}
          robot={robot}
          fresh={fresh}
          now={now}
          lease={lease}
          address={address}
          guard={guard}
        />
      </div>
    </Card>
  );
}

function StateFacts({
  posture,
  robot,
  fresh,
  now,
  lease,
  address,
  guard,
}: {
  posture: Posture | undefined;
  robot: ProBot;
  fresh: Freshness;
  now: number;
  lease: Lease | undefined;
  address: string | undefined;
  guard: Guard | undefined;
}) {
  const changed = timeText(robot.changed ?? now, now);
  return (
    <Facts>
      <Fact name={t`Posture`} tone={posture === 'fallen' && !isGone(fresh) ? 'bad' : undefined}>
        {posture === undefined ? t`No reading` : postureText(robot, fresh, now)}
        {robot.angle === undefined ? '' : `, ${robot.angle.toFixed(0).replace('-', '−')}°`}
      </Fact>
      <Fact name={t`Routine`}>{routineText(robot.routine)}</Fact>
      <Fact name={t`Driver`}>
        {lease ? (
          <>
            <Person account={lease.holder} />
            <span class="muted">
              {lease.since === undefined ? '' : ` · ${t`since ${timeText(lease.since, now)}`}`}
              {lease.server === undefined ? '' : ` · ${t`through server ${lease.server}`}`}
            </span>
            {address ? (
              <>
                {' '}
                <Trans>
                  from <code>{address}</code>
                </Trans>
              </>
            ) : null}
          </>
        ) : (
          t`Nobody`
        )}
      </Fact>
      <Fact name={t`Message`}>
        {fresh.contactAge === undefined ? t`never` : t`${fineAgeText(fresh.contactAge)} ago`}
      </Fact>
      <Fact name={t`Values`}>
        {robot.changed === undefined
          ? t`none`
          : fresh.current
            ? t`unchanged for ${fineAgeText(now - robot.changed)}`
            : t({ message: `of ${changed}`, context: 'a time' })}
      </Fact>
      <Fact name={t`Address`}>{robot.ip ? <code>{robot.ip}</code> : t`unknown`}</Fact>
      {guard !== undefined && (
        <Fact name={t`Worst case`}>
          <span data-worst={guard.stops_within} title={boundTitle(guard)}>
            {t`if everything dies, it stops within ${stopText(guard)}`}
          </span>
        </Fact>
      )}
    </Facts>
  );
}
