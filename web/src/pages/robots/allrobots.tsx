/** All robots in one table, with their round trips. */
import { t } from '@lingui/core/macro';
import { fineAgeText, timeText } from '../../app/ages';
import { useLive, useNavigation, useTime } from '../../app/context';
import { Person } from '../../app/people';
import { keyOf } from '../../app/world';
import { readBroker } from '../../things/broker/read';
import { useDriving } from '../../things/probots/drive/context';
import { useDrivers } from '../../things/probots/drive/drivers';
import type { Lease } from '../../things/probots/drive/read';
import { AvailabilityPill } from '../../things/probots/drive/robotstate';
import type { Freshness } from '../../things/freshness';
import { useRobotFreshness } from '../../things/probots/fresh';
import { availabilityOf, isGone, postureText, routineText } from '../../things/probots/read';
import type { ProBot } from '../../things/probots/read';
import { useTicks } from '../../ui/hooks';
import { Spark } from '../../ui/spark';
import type { Key } from '../../net/protocol';
import { grouped } from '../../ui/numbers';

export function RoundTrips({ robot, fresh }: { robot: ProBot; fresh: Freshness }) {
  const { now } = useTime();
  const { history } = useDriving();
  const points = history.latency.of(robot.id).slice(-240);
  const first = points[0];
  if (!first || points.length < 3) return fresh.current ? <NoTripsYet /> : null;
  const since = timeText(first.at, now.value);
  const most = Math.round(Math.max(...points.map((point) => point.value)));
  return (
    <div class="round-trip">
      <h3>
        {t`Round trip since ${since}`}
        <span class="number">{t`up to ${most} ms`}</span>
      </h3>
      <Spark
        fromZero
        points={points}
        colour="robot"
        height={48}
        label={t`Round trip since ${since}, up to ${most} ms`}
      />
    </div>
  );
}

/** Holds the place of the line until there is one, so that the card does not grow. */
function NoTripsYet() {
  return (
    <div class="round-trip">
      <h3>{t`Round trip, as soon as it is measured`}</h3>
      <div class="round-trip-waits" />
    </div>
  );
}

/** Everything about every robot in one table, for admins. */
export function AllRobots({
  robots,
  leases,
}: {
  robots: readonly ProBot[];
  leases: ReadonlyMap<string, Lease>;
}) {
  const { world } = useLive();
  const { clock } = useTime();
  const { choose } = useNavigation();
  useTicks(500, true);
  const freshnessOf = useRobotFreshness();
  const fences = [...leases.values()].map((lease) => lease.fence).join();
  const from = useDrivers(true, fences);
  const now = clock.seconds();
  return (
    <div class="card all-robots" role="region" aria-label={t`All robots`} tabIndex={0}>
      <table>
        <RobotsHead />
        <tbody>
          {robots.map((robot) => {
            const lease = leases.get(robot.id);
            const broker = world.get(keyOf('broker', robot.source));
            const trip = broker && readBroker(broker).trip;
            const ms = (value: number | undefined) =>
              value === undefined ? '–' : `${grouped(Math.round(value * 10) / 10)} ms`;
            return (
              <RobotRow
                key={robot.id}
                robot={robot}
                fresh={freshnessOf(robot)}
                choose={choose}
                lease={lease}
                from={from}
                ms={ms}
                trip={trip}
                now={now}
              />
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function RobotsHead() {
  return (
    <thead>
      <tr>
        {[
          t`Robot`,
          t`State`,
          t`Driver`,
          t({ message: 'From', context: 'an address' }),
          t`Sent`,
          t`Battery`,
          t`Own round trip`,
          t`Broker`,
          t`Angle`,
          t`Routine`,
          t`Address`,
          t`Message`,
          t`Unchanged`,
        ].map((name) => (
          <th key={name} scope="col">
            {name}
          </th>
        ))}
      </tr>
    </thead>
  );
}

function RobotRow({
  robot,
  fresh,
  choose,
  lease,
  from,
  ms,
  trip,
  now,
}: {
  robot: ProBot;
  fresh: Freshness;
  choose: (robot: Key | null) => void;
  lease: Lease | undefined;
  from: ReadonlyMap<string, string>;
  ms: (value: number | undefined) => string;
  trip: number | undefined;
  now: number;
}) {
  const heard = fresh.contactAge === undefined ? undefined : fineAgeText(fresh.contactAge);
  return (
    <tr>
      <th scope="row">
        <button
          type="button"
          class="link"
          onClick={() => {
            choose(keyOf('probot', robot.id));
          }}
        >
          {robot.name}
        </button>
      </th>
      <td>
        <AvailabilityPill
          availability={availabilityOf(robot, fresh, lease !== undefined)}
          fresh={fresh}
        />
      </td>
      <td>{lease ? <Person account={lease.holder} /> : '–'}</td>
      <td>{lease ? (from.get(robot.id) ?? '–') : '–'}</td>
      <td>
        <code>{lease?.sent ?? '–'}</code>
      </td>
      <td>{robot.battery === undefined ? '–' : `${String(Math.round(robot.battery))} %`}</td>
      <td>{ms(robot.roundTrip)}</td>
      <td>{ms(trip)}</td>
      <td>
        {robot.angle === undefined
          ? '–'
          : isGone(fresh)
            ? postureText(robot, fresh, now)
            : `${robot.angle.toFixed(0)}°`}
      </td>
      <td>{routineText(robot.routine)}</td>
      <td>
        <code>{robot.ip ?? '–'}</code>
      </td>
      <td>{heard === undefined ? t`never` : t`${heard} ago`}</td>
      <td>
        {robot.changed === undefined || !fresh.current ? '–' : fineAgeText(now - robot.changed)}
      </td>
    </tr>
  );
}
