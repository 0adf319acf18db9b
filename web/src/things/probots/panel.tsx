/** A ProBot in detail, for the drawer and for the cards of the Robots page. */
import { fineAgeText, timeText } from '../../app/ages';
import { CopyButton } from '../../ui/copy';
import { useNavigation, useTime } from '../../app/context';
import { useTicks } from '../../ui/hooks';
import { evidenceText, Fact, Facts, PresencePill, Stat, Stats } from '../../ui/facts';
import type { Thing } from '../../net/protocol';
import { keyOf } from '../../app/world';
import { postureText, readProBot, routineText } from './read';
import type { ProBot } from './read';

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
        <code class="ellipsis">telemetry</code>
        <CopyButton text="telemetry" label="Copy the topic" />
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

/** How far the picture of the robot leans at most, in degrees. */
const LEAN = 60;

/** The robot from the side, leaning as it does, or did when it was last heard. */
export function Tilt({ robot }: { robot: ProBot }) {
  const { clock } = useTime();
  const { angle } = robot;
  const gone = robot.presence === 'offline';
  const lean = Math.max(-LEAN, Math.min(LEAN, angle ?? 0));
  const label =
    angle === undefined
      ? 'No reading of the angle'
      : gone
        ? postureText(robot, clock.seconds())
        : `Leaning ${signed(angle)}°`;
  return (
    <svg class="tilt" viewBox="-100 -78 200 92" role="img" aria-label={label}>
      <path class="arc" d="M-60.6 -35A70 70 0 0 1 60.6 -35" />
      {[-60, -30, 0, 30, 60].map((tick) => (
        <path key={tick} class="tick" d="M0 -74V-68" transform={`rotate(${String(tick)})`} />
      ))}
      <path class="ground" d="M-90 10H90" />
      <g
        class={angle === undefined || gone ? 'body unknown' : 'body'}
        transform={`rotate(${String(lean)})`}
      >
        <path class="needle" d="M0 -44V-64" />
        <rect x="-13" y="-46" width="26" height="44" rx="6" />
        <path class="eyes" d="M-5 -36H5" />
      </g>
      <circle class="wheel" r="10" />
    </svg>
  );
}

/** Degrees with a sign that can be seen, to a tenth. */
function signed(angle: number): string {
  const rounded = Math.round(angle * 10) / 10;
  return rounded < 0 ? `−${String(-rounded)}` : String(rounded);
}
