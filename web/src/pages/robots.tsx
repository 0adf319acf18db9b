/** All ProBots as they are now; choosing one opens its drive page. */
import { Bot, LayoutGrid, Rows3 } from 'lucide';
import { useState } from 'preact/hooks';
import { fineAgeText, timeText } from '../app/ages';
import { readBroker } from '../things/broker/read';
import { Alarms } from '../things/probots/drive/alarms';
import { CommandLog } from '../things/probots/drive/log';
import { DrivePage, RobotAvatar, useDrivers } from '../things/probots/drive/page';
import { readGuard, readLease } from '../things/probots/drive/read';
import type { Lease } from '../things/probots/drive/read';
import { may } from '../things/probots/drive/roles';
import { StandingPill } from '../things/probots/drive/robotstate';
import { StopButton } from '../things/probots/drive/stop';
import { RobotFacts, RobotStats, Tilt } from '../things/probots/panel';
import { inOrder, postureText, readProBot, routineText, standingOf } from '../things/probots/read';
import type { ProBot } from '../things/probots/read';
import { mayDrive } from '../app/visitor';
import { keyOf } from '../app/world';
import { CopyButton } from '../ui/copy';
import { useKind, useThing, useNavigation, useLive, useWho, useTime } from '../app/context';
import { useDriving } from '../things/probots/drive/context';
import { useTicks } from '../ui/hooks';
import { Icon } from '../ui/icon';
import { Spark } from '../ui/spark';
import { Status } from '../things/server/status';

const EXAMPLE = `mosquitto_pub -t telemetry -m 'ProBot1,87,91.5,started,23.4,192.168.1.17'`;

export function RobotsPage() {
  const { robot } = useNavigation();
  return robot.value === null ? <RobotList /> : <DrivePage key={robot.value} of={robot.value} />;
}

function RobotList() {
  const { ready } = useLive();
  const { user } = useWho();
  const robots = useKind('probot').map(readProBot).sort(inOrder);
  const leases = new Map(
    useKind('lease')
      .map(readLease)
      .map((lease) => [lease.robot, lease]),
  );
  const guards = useKind('guard').map(readGuard);
  const [all, setAll] = useState(false);
  const admin = may(user.value.role, 'drivers');
  return (
    <main id="content" class="section robots" tabIndex={-1}>
      <div class="section-in">
        <header class="top">
          <h1>Robots</h1>
          {robots.length > 0 && <Counts robots={robots} leases={leases} />}
          {admin && robots.length > 0 && (
            <button
              type="button"
              class="button"
              aria-pressed={all}
              onClick={() => {
                setAll(!all);
              }}
            >
              <Icon of={all ? LayoutGrid : Rows3} size={16} />
              {all ? 'Cards' : 'All at once'}
            </button>
          )}
          <Status />
          {robots.length > 0 && <StopButton name={null} />}
        </header>
        <Alarms />
        {robots.length === 0 ? (
          <div class="empty card">
            <Icon of={Bot} size={28} />
            <h2>{ready.value ? 'No robot has spoken yet' : 'Waiting for the first picture…'}</h2>
            <p>
              ProBots are heard on the topic <code>telemetry</code>. Try one from a terminal:
            </p>
            <pre tabIndex={0}>{EXAMPLE}</pre>
            <CopyButton text={EXAMPLE} label="Copy the example" words="Copy the example" />
          </div>
        ) : all && admin ? (
          <>
            <AllRobots robots={robots} leases={leases} />
            <CommandLog />
          </>
        ) : (
          <div class="robot-cards">
            {robots.map((robot) => (
              <RobotCard key={robot.id} robot={robot} lease={leases.get(robot.id)} />
            ))}
          </div>
        )}
        {robots.length > 0 && (
          <p class="note">
            {guards.map((guard) =>
              guard.refuses !== undefined
                ? `${guard.broker}: no driving, ${guard.refuses}. `
                : guard.live
                  ? `${guard.broker}: guarded. If everything dies, robots stop within ${String(guard.stopsWithin ?? '?')} s. `
                  : `${guard.broker}: no guard is heard. If everything dies, robots stop within ${String(guard.stopsWithin ?? '?')} s. `,
            )}
          </p>
        )}
      </div>
    </main>
  );
}

/** How many work, are online, and can be had. */
function Counts({
  robots,
  leases,
}: {
  robots: readonly ProBot[];
  leases: ReadonlyMap<string, Lease>;
}) {
  const standings = robots.map((robot) => standingOf(robot, leases.has(robot.id)));
  const count = (...wanted: string[]) =>
    standings.filter((standing) => wanted.includes(standing)).length;
  const working = robots.length - count('not working');
  const online = robots.filter(
    (robot) => robot.heard !== undefined && robot.presence !== 'offline',
  ).length;
  return (
    <p class="counts muted">
      <span data-count="working">
        <b>{working}</b> of {robots.length} working
      </span>
      <span data-count="online">
        <b>{online}</b> online
      </span>
      <span data-count="available">
        <b>{count('available')}</b> available
      </span>
    </p>
  );
}

function RobotCard({ robot, lease }: { robot: ProBot; lease: Lease | undefined }) {
  const { clock } = useTime();
  const { user, visitor } = useWho();
  const { choose } = useNavigation();
  const key = keyOf('probot', robot.id);
  const drives = may(user.value.role, 'drive') && mayDrive(visitor, key);
  const standing = standingOf(robot, lease !== undefined);
  const now = clock.seconds();
  return (
    <article
      class="card robot-card"
      aria-label={robot.name}
      data-robot={key}
      data-presence={robot.presence}
    >
      <header>
        <RobotAvatar robot={robot} large />
        <div class="headline">
          <h2>{robot.name}</h2>
          <p>
            <StandingPill standing={standing} />
            <span class="ellipsis">
              {lease
                ? `${lease.holder} drives it`
                : robot.heard === undefined
                  ? 'Never heard'
                  : standing === 'offline'
                    ? postureText(robot, now)
                    : `${postureText(robot, now)}, ${routineText(robot.routine).toLowerCase()}`}
            </span>
          </p>
        </div>
      </header>
      {robot.heard === undefined ? (
        <p class="muted grow">
          It is in the settings, and has not been heard since the server started at the latest. Is
          it switched on, and in the network?
        </p>
      ) : (
        <>
          <Tilt robot={robot} />
          <RobotStats robot={robot} />
          <BrokerTrip robot={robot} />
          <RobotFacts robot={robot} />
          {lease?.since !== undefined && (
            <p class="note">
              In use since {timeText(lease.since, now)}
              {lease.sent ? (
                <>
                  {' '}
                  · last sent <code>{lease.sent}</code>
                </>
              ) : null}
            </p>
          )}
        </>
      )}
      <button
        type="button"
        class={standing === 'available' && drives ? 'button primary' : 'button'}
        onClick={() => {
          choose(key);
        }}
      >
        {drives && standing === 'available' ? 'Drive' : 'Watch'} {robot.name}
      </button>
      <RoundTrips robot={robot} />
    </article>
  );
}

/** Beside the robot's own figure, ours: from the server to the broker and back. */
function BrokerTrip({ robot }: { robot: ProBot }) {
  const thing = useThing(keyOf('broker', robot.source));
  const trip = thing && readBroker(thing).trip;
  if (trip === undefined) return null;
  return (
    <p class="note">
      Measured by Sightline: <b class="number">{trip < 10 ? trip : Math.round(trip)} ms</b> to the
      broker and back.
    </p>
  );
}

function RoundTrips({ robot }: { robot: ProBot }) {
  const { now } = useTime();
  const { history } = useDriving();
  const points = history.latency.of(robot.id).slice(-240);
  const first = points[0];
  if (!first || points.length < 3) return null;
  const most = Math.round(Math.max(...points.map((point) => point.value)));
  return (
    <div class="round-trip">
      <h3>
        Round trip since {timeText(first.at, now.value)}
        <span class="number">up to {most} ms</span>
      </h3>
      <Spark
        fromZero
        points={points}
        colour="robot"
        height={48}
        label={`Round trip since ${timeText(first.at, now.value)}, up to ${String(most)} ms`}
      />
    </div>
  );
}

/** Everything about every robot in one table, for admins. */
function AllRobots({
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
  const fences = [...leases.values()].map((lease) => lease.fence).join();
  const from = useDrivers(true, fences);
  const now = clock.seconds();
  return (
    <div class="card all-robots" role="region" aria-label="All robots" tabIndex={0}>
      <table>
        <thead>
          <tr>
            {[
              'Robot',
              'State',
              'Driver',
              'From',
              'Sent',
              'Battery',
              'Own round trip',
              'Broker',
              'Angle',
              'Routine',
              'Address',
              'Message',
              'Unchanged',
            ].map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {robots.map((robot) => {
            const lease = leases.get(robot.id);
            const broker = world.get(keyOf('broker', robot.source));
            const trip = broker && readBroker(broker).trip;
            const ms = (value: number | undefined) =>
              value === undefined ? '–' : `${String(Math.round(value * 10) / 10)} ms`;
            return (
              <tr key={robot.id}>
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
                  <StandingPill standing={standingOf(robot, lease !== undefined)} />
                </td>
                <td>{lease?.holder ?? '–'}</td>
                <td>{lease ? (from.get(robot.id) ?? '–') : '–'}</td>
                <td>
                  <code>{lease?.sent ?? '–'}</code>
                </td>
                <td>
                  {robot.battery === undefined ? '–' : `${String(Math.round(robot.battery))} %`}
                </td>
                <td>{ms(robot.roundTrip)}</td>
                <td>{ms(trip)}</td>
                <td>
                  {robot.angle === undefined
                    ? '–'
                    : robot.presence === 'offline'
                      ? postureText(robot, now)
                      : `${robot.angle.toFixed(0)}°`}
                </td>
                <td>{routineText(robot.routine)}</td>
                <td>
                  <code>{robot.ip ?? '–'}</code>
                </td>
                <td>
                  {robot.heard === undefined ? 'never' : `${fineAgeText(now - robot.heard)} ago`}
                </td>
                <td>{robot.changed === undefined ? '–' : fineAgeText(now - robot.changed)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
