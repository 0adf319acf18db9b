/** A robot as a card: how it stands, and what may be done with it. */
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { timeText } from '../../app/ages';
import { useNavigation, useThing, useTime, useWho } from '../../app/context';
import { useCalled } from '../../app/people';
import { mayDrive } from '../../app/visitor';
import { keyOf } from '../../app/world';
import { readBroker } from '../../things/broker/read';
import { RobotAvatar } from '../../things/probots/avatar';
import type { Lease } from '../../things/probots/drive/read';
import { AvailabilityPill } from '../../things/probots/drive/robotstate';
import { may } from '../../things/probots/drive/roles';
import { RobotFacts, RobotStats } from '../../things/probots/panel';
import { Tilt } from '../../things/probots/tilt';
import { useRobotFreshness } from '../../things/probots/fresh';
import { availabilityOf, isGone, postureText, routineText } from '../../things/probots/read';
import type { ProBot } from '../../things/probots/read';
import { RoundTrips } from './allrobots';

export function RobotCard({ robot, lease }: { robot: ProBot; lease: Lease | undefined }) {
  const { clock } = useTime();
  const { user, visitor } = useWho();
  const { choose } = useNavigation();
  const key = keyOf('probot', robot.id);
  const drives = may(user.value.role, 'drive') && mayDrive(visitor, key);
  const fresh = useRobotFreshness()(robot);
  const availability = availabilityOf(robot, fresh, lease !== undefined);
  const now = clock.seconds();
  const { name } = robot;
  const holder = useCalled(lease?.holder);
  return (
    <article
      class="card robot-card"
      aria-label={robot.name}
      data-robot={key}
      data-presence={fresh.presence}
    >
      <header>
        <RobotAvatar robot={robot} fresh={fresh} large />
        <div class="headline">
          <h2>{robot.name}</h2>
          <p>
            <AvailabilityPill availability={availability} fresh={fresh} />
            <span class="ellipsis">
              {lease
                ? t`${holder} drives it`
                : robot.heard === undefined
                  ? t`Never heard`
                  : isGone(fresh)
                    ? postureText(robot, fresh, now)
                    : [postureText(robot, fresh, now), routineText(robot.routine)].join(', ')}
            </span>
          </p>
        </div>
      </header>
      {robot.heard === undefined ? (
        <p class="muted grow">{t`It is in the settings, and has not been heard since the server started at the latest. Is it switched on, and in the network?`}</p>
      ) : (
        <>
          <Tilt robot={robot} fresh={fresh} />
          <RobotStats robot={robot} fresh={fresh} />
          <BrokerTrip robot={robot} />
          <RobotFacts robot={robot} fresh={fresh} />
          {lease?.since !== undefined && (
            <p class="note">
              <InUse lease={lease} since={timeText(lease.since, now)} />
            </p>
          )}
        </>
      )}
      <button
        type="button"
        class={availability === 'available' && drives ? 'button primary' : 'button'}
        onClick={() => {
          choose(key);
        }}
      >
        {drives && availability === 'available' ? t`Drive ${name}` : t`Watch ${name}`}
      </button>
      <RoundTrips robot={robot} fresh={fresh} />
    </article>
  );
}

function InUse({ lease: { sent }, since }: { lease: Lease; since: string }) {
  if (!sent) return <>{t`In use since ${since}`}</>;
  return (
    <Trans>
      In use since {since} · last sent <code>{sent}</code>
    </Trans>
  );
}

/** Beside the robot's own figure, ours: from the server to the broker and back. */
function BrokerTrip({ robot }: { robot: ProBot }) {
  const thing = useThing(keyOf('broker', robot.source));
  const trip = thing && readBroker(thing).trip;
  if (trip === undefined) return null;
  const ms = trip < 10 ? trip : Math.round(trip);
  return (
    <p class="note">
      <Trans>
        Measured by Sightline: <b class="number">{ms} ms</b> to the broker and back.
      </Trans>
    </p>
  );
}
