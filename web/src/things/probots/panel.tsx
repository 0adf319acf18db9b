/** A ProBot in detail, for the drawer and for the cards of the Robots page. */
import { fineAgeText, timeText } from '../../app/ages';
import { useNavigation, useTime } from '../../app/context';
import { keyOf } from '../../app/world';
import type { Thing } from '../../net/protocol';
import { CopyButton } from '../../ui/copy';
import { evidenceText, Fact, Facts, PresencePill, Stat, Stats } from '../../ui/facts';
import { useTicks } from '../../ui/hooks';
import { readProBot, routineText } from './read';
import type { ProBot } from './read';
import { signed, Tilt } from './tilt';

export function RobotHeadline({ thing }: { thing: Thing }) {
  const robot = readProBot(thing);
  const word =
    robot.presence === 'live'
      ? 'Live'
      : robot.presence === 'stale'
        ? 'Silent'
        : robot.heard === undefined
          ? 'Never heard'
          : 'No signal';
  return (
    <p>
      <PresencePill presence={robot.presence} word={word} />
      <span class="ellipsis">{routineText(robot.routine)}</span>
    </p>
  );
}

export function RobotPanel({ thing }: { thing: Thing }) {
  const { choose } = useNavigation();
  const robot = readProBot(thing);
  const topic = `${robot.base}telemetry`;
  return (
    <>
      <div class="scroll" tabIndex={0} role="group" aria-label="Details">
        <RobotStats robot={robot} />
        <section class="part">
          <h3>Balance</h3>
          <Tilt robot={robot} />
        </section>
        <section class="part">
          <h3>How we know</h3>
          <RobotFacts robot={robot} />
        </section>
        <section class="part">
          <p class="note">Robots report no position, so they are not on the map.</p>
          <button
            type="button"
            class="button"
            onClick={() => {
              choose(keyOf('probot', thing.id));
            }}
          >
            Drive or stop it
          </button>
        </section>
      </div>
      <footer>
        <code class="ellipsis">{topic}</code>
        <CopyButton text={topic} label="Copy the topic" />
      </footer>
    </>
  );
}

export function RobotStats({ robot }: { robot: ProBot }) {
  const gone = robot.presence !== 'live';
  return (
    <Stats>
      <Stat
        name="Battery"
        value={robot.battery === undefined ? undefined : String(Math.round(robot.battery))}
        unit="%"
        tone={(robot.battery ?? 100) < 20 ? 'bad' : undefined}
      />
      <Stat
        name="Angle"
        value={robot.angle === undefined ? undefined : signed(robot.angle)}
        unit="°"
        tone={Math.abs(robot.angle ?? 0) > 25 ? 'warn' : undefined}
      />
      <Stat
        name="Round trip"
        value={robot.roundTrip === undefined ? undefined : String(Math.round(robot.roundTrip))}
        unit="ms"
        tone={gone ? undefined : latencyTone(robot.roundTrip)}
      />
    </Stats>
  );
}

/** The robot's own classes: from 300 ms driving suffers, from 1000 ms it ends. */
function latencyTone(ms: number | undefined): 'warn' | 'bad' | undefined {
  if (ms === undefined || ms < 300) return undefined;
  return ms < 1000 ? 'warn' : 'bad';
}

export function RobotFacts({ robot }: { robot: ProBot }) {
  const { clock } = useTime();
  useTicks(200, robot.presence === 'live');
  const now = clock.seconds();
  const evidence = evidenceText(robot.presence, robot.evidence);
  return (
    <Facts>
      {evidence !== undefined && (
        <Fact name={robot.presence === 'stale' ? 'Silent' : 'No signal'} tone="warn">
          {evidence}
        </Fact>
      )}
      {robot.heard !== undefined && (
        <Fact name="Message">
          {fineAgeText(now - robot.heard)} ago{' '}
          <span class="muted">{timeText(robot.heard, now)}</span>
        </Fact>
      )}
      {robot.changed !== undefined && (
        <Fact name="Values">unchanged for {fineAgeText(now - robot.changed)}</Fact>
      )}
      <Fact name="Routine">{routineText(robot.routine)}</Fact>
      {robot.batteryAsSent !== undefined && (
        <Fact name="Battery, as sent">
          <code>{robot.batteryAsSent}</code>
        </Fact>
      )}
      {robot.ip !== undefined && (
        <Fact name="Address">
          <code>{robot.ip}</code>
        </Fact>
      )}
    </Facts>
  );
}
