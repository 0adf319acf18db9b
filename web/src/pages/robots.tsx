/** All ProBots as they are now; choosing one opens its drive page. */
import { Bot, LayoutGrid, Rows3 } from 'lucide';
import { useState } from 'preact/hooks';
import { useKind, useLive, useNavigation, useWho } from '../app/context';
import { useRoster } from '../things/context';
import { cutOf } from '../things/links';
import { Alarms } from '../things/probots/drive/alarms';
import { CommandLog } from '../things/probots/drive/log';
import { DrivePage } from '../things/probots/drive/page';
import { readGuard, readLease, stopText } from '../things/probots/drive/read';
import type { Lease } from '../things/probots/drive/read';
import { may } from '../things/probots/drive/roles';
import { StopButton } from '../things/probots/drive/stop';
import { useRobotFreshness } from '../things/probots/fresh';
import { availabilityOf, inOrder, isGone, readProBot } from '../things/probots/read';
import type { ProBot } from '../things/probots/read';
import { Status } from '../things/server/status';
import { CopyButton } from '../ui/copy';
import { Icon } from '../ui/icon';
import { AllRobots } from './robots/allrobots';
import { RobotCard } from './robots/card';
import { WaitingCards } from './robots/waiting';

const EXAMPLE = `mosquitto_pub -t telemetry -m 'ProBot1,87,91.5,started,23.4,192.168.1.17'`;

export function RobotsPage() {
  const { robot } = useNavigation();
  return robot.value === null ? <RobotList /> : <DrivePage key={robot.value} of={robot.value} />;
}

function RobotList() {
  const { ready } = useLive();
  const { user } = useWho();
  const { linksShown } = useRoster();
  const robots = useKind('probot').map(readProBot).sort(inOrder);
  const leases = new Map(
    useKind('lease')
      .map(readLease)
      .map((lease) => [lease.robot, lease]),
  );
  const guards = useKind('guard').map(readGuard);
  const [all, setAll] = useState(false);
  const admin = may(user.value.role, 'drivers');
  // What is above the cards is there before them, so that nothing moves when they come.
  const some = robots.length > 0 || !ready.value;
  return (
    <main id="content" class="section robots" tabIndex={-1}>
      <div class="section-in">
        <header class="top">
          <h1>Robots</h1>
          {some && <Counts robots={robots} leases={leases} ready={ready.value} />}
          {admin && some && (
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
          {some && <StopButton name={null} />}
        </header>
        <Alarms />
        {!ready.value ? (
          <WaitingCards />
        ) : robots.length === 0 ? (
          <div class="empty card">
            <Icon of={Bot} size={28} />
            <h2>No robot has spoken yet</h2>
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
              cutOf(guard.broker, linksShown.value)
                ? `${guard.broker}: nothing is known of its guard now. `
                : guard.driving !== undefined
                  ? `${guard.broker}: no driving, ${guard.driving}. `
                  : guard.presence === 'live'
                    ? `${guard.broker}: guarded. If everything dies, robots stop within ${stopText(guard)}. `
                    : `${guard.broker}: no guard is heard. If everything dies, robots stop within ${stopText(guard)}. `,
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
  ready,
}: {
  robots: readonly ProBot[];
  leases: ReadonlyMap<string, Lease>;
  ready: boolean;
}) {
  const freshnessOf = useRobotFreshness();
  if (!ready) return <p class="counts muted">Looking for robots…</p>;
  const availabilities = robots.map((robot) =>
    availabilityOf(robot, freshnessOf(robot), leases.has(robot.id)),
  );
  const count = (...wanted: string[]) =>
    availabilities.filter((availability) => wanted.includes(availability)).length;
  const unknown = count('unknown');
  const working = robots.length - count('not working') - unknown;
  const online = robots.filter((robot) => !isGone(freshnessOf(robot))).length;
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
      {unknown > 0 && (
        <span data-count="unknown">
          <b>{unknown}</b> not heard now
        </span>
      )}
    </p>
  );
}
