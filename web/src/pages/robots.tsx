/** All ProBots as they are now; choosing one opens its drive page. */
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { Bot, LayoutGrid, Rows3 } from 'lucide';
import { useState } from 'preact/hooks';
import { useKind, useLive, useNavigation, useWho } from '../app/context';
import { isHere, robotExample } from '../things/broker/example';
import { readBroker } from '../things/broker/read';
import { useRoster } from '../things/context';
import { cutOf } from '../things/links';
import { Alarms } from '../things/probots/drive/alarms';
import { CommandLog } from '../things/probots/drive/log';
import { DrivePage } from '../things/probots/drive/page';
import { usePast } from '../past/context';
import { readGuard, readLease, stopText } from '../things/probots/drive/read';
import type { Guard, Lease } from '../things/probots/drive/read';
import { may } from '../things/probots/drive/roles';
import { StopButton } from '../things/probots/drive/stop';
import { useRobotFreshness } from '../things/probots/fresh';
import { availabilityOf, inOrder, isGone, readProBot } from '../things/probots/read';
import type { Availability, ProBot } from '../things/probots/read';
import { Status } from '../things/server/status';
import { CopyButton } from '../ui/copy';
import { Icon } from '../ui/icon';
import { AllRobots } from './robots/allrobots';
import { RobotCard } from './robots/card';
import { WaitingCards } from './robots/waiting';

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
  const { past } = usePast();
  const admin = may(user.value.role, 'drivers');
  // What is above the cards is there before them, so that nothing moves when they come.
  const some = robots.length > 0 || !ready.value;
  return (
    <main id="content" class="section robots" tabIndex={-1}>
      <div class="section-in">
        <header class="top">
          <h1>{t`Robots`}</h1>
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
              {all ? t`Cards` : t`All at once`}
            </button>
          )}
          <Status />
          {(some || past.value) && <StopButton name={null} />}
        </header>
        <Alarms />
        {!ready.value ? (
          <WaitingCards />
        ) : robots.length === 0 ? (
          <NoRobots />
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
            {guards
              .map((guard) => guardText(guard, cutOf(guard.broker, linksShown.value) !== undefined))
              .join(' ')}
          </p>
        )}
      </div>
    </main>
  );
}

function guardText(guard: Guard, cut: boolean): string {
  const { broker, driving } = guard;
  if (cut) return t`${broker}: nothing is known of its guard now.`;
  if (driving !== undefined) return t`${broker}: no driving, ${driving}.`;
  const within = stopText(guard);
  return guard.presence === 'live'
    ? t`${broker}: guarded. If everything dies, robots stop within ${within}.`
    : t`${broker}: no guard is heard. If everything dies, robots stop within ${within}.`;
}

/** No robot was heard: how one is tried, for those who may. */
function NoRobots() {
  const { user } = useWho();
  const address = useKind('broker').map(readBroker)[0]?.link.address ?? '';
  const example = robotExample(address);
  return (
    <div class="empty card">
      <Icon of={Bot} size={28} />
      <h2>{t`No robot has spoken yet`}</h2>
      {user.value.role === 'viewer' ? (
        <p>{t`As soon as one does that you may see, it appears here.`}</p>
      ) : (
        <>
          <p>
            <Trans>
              ProBots are heard on the topic <code>telemetry</code>. Try one from a terminal:
            </Trans>
          </p>
          <pre tabIndex={0}>{example}</pre>
          <CopyButton text={example} label={t`Copy the example`} words={t`Copy the example`} />
          {isHere(address) && (
            <p class="muted">{t`This broker answers only on the server’s own computer: type it there.`}</p>
          )}
        </>
      )}
    </div>
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
  if (!ready) return <p class="counts muted">{t`Looking for robots…`}</p>;
  const availabilities = robots.map((robot) =>
    availabilityOf(robot, freshnessOf(robot), leases.has(robot.id)),
  );
  const count = (...wanted: readonly Availability[]) =>
    availabilities.filter((availability) => wanted.includes(availability)).length;
  const unknown = count('unknown');
  const idle: Availability = 'not working';
  const working = robots.length - count(idle) - unknown;
  const online = robots.filter((robot) => !isGone(freshnessOf(robot))).length;
  const all = robots.length;
  const available = count('available');
  return (
    <p class="counts muted">
      <span data-count="working">
        <Trans>
          <b>{working}</b> of {all} working
        </Trans>
      </span>
      <span data-count="online">
        <Trans>
          <b>{online}</b> online
        </Trans>
      </span>
      <span data-count="available">
        <Trans>
          <b>{available}</b> available
        </Trans>
      </span>
      {unknown > 0 && (
        <span data-count="unknown">
          <Trans>
            <b>{unknown}</b> not heard now
          </Trans>
        </span>
      )}
    </p>
  );
}
