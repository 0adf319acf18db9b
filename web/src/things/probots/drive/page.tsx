/** The drive page of one robot: pad, what is sent and what comes back, charts, limits, log. */
import { ChevronLeft, Gamepad2, Keyboard, Lock } from 'lucide';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { fineAgeText, spanText, timeText } from '../../../app/ages';
import { Avatar } from '../../../ui/avatar';
import {
  useKind,
  useThing,
  useLive,
  useServer,
  useWho,
  useNavigation,
  useTime,
} from '../../../app/context';
import { usePast } from '../../../past/context';
import { useDriving } from './context';
import { useTicks } from '../../../ui/hooks';
import { Fact, Facts } from '../../../ui/facts';
import { Icon } from '../../../ui/icon';
import { Card } from '../../../ui/section';
import type { SparkPoint } from '../../../ui/spark';
import { Status } from '../../server/status';
import { faceOf } from '../../../ui/face';
import { mayDrive } from '../../../app/visitor';
import { keyOf, splitKey } from '../../../app/world';
import type { Key } from '../../../app/world';
import { readBroker } from '../../broker/read';
import { Tilt } from '../panel';
import {
  inOrder,
  latencyClass,
  postureOf,
  postureText,
  readProBot,
  routineText,
  standingOf,
} from '../read';
import type { ProBot } from '../read';
import { AdminCard } from './admin';
import { Alarms } from './alarms';
import { Chart } from './chart';
import { Asks, ControlBar } from './control';
import { followGamepad } from './gamepad';
import { isReleased, keysText, MOST } from './intent';
import { Joystick } from './joystick';
import { HeldKeys } from './keyboard';
import { CommandLog } from './log';
import { readDrivers, readGuard, readLease } from './read';
import type { Guard, Lease } from './read';
import { may } from './roles';
import { Sliders } from './sliders';
import { obstacle, StandingPill } from './robotstate';
import { before, HOURS, useStoredHours } from './stored';
import type { Stored } from './stored';
import { StopButton } from './stop';
import { WorstCase, worstTitle } from './stoptime';

/** What the charts may show, in seconds; the first of each is shown first. */
const LATENCY_SPANS = [120, 3600, HOURS];
const BATTERY_SPANS = [HOURS, 600];
/** How fast a battery empties is told from its last so many seconds. */
const EMPTYING = 600;

export function DrivePage({ of }: { of: Key }) {
  const { ready } = useLive();
  const { connection } = useServer();
  const { user } = useWho();
  const { choose } = useNavigation();
  const past = usePast();
  const [, id] = splitKey(of);
  const thing = useThing(of);
  const leaseThing = useThing(keyOf('lease', id));
  const robot = thing && readProBot(thing);
  const guardThing = useThing(keyOf('guard', robot?.source ?? 'main'));
  const brokerThing = useThing(keyOf('broker', robot?.source ?? 'main'));
  const lease = leaseThing && readLease(leaseThing);
  const guard = guardThing && readGuard(guardThing);
  const situation = {
    lease,
    guard,
    broker: brokerThing && readBroker(brokerThing),
    live: connection.value.state === 'live',
    past: past.past.value,
  };
  const inTheWay = robot ? obstacle({ ...situation, robot }) : null;
  const stored = useStoredHours(id, robot?.source ?? 'main');
  return (
    <main id="content" class="section robots drive" tabIndex={-1} data-drive={of}>
      <div class="section-in">
        <header class="top">
          <button
            type="button"
            class="icon-button back"
            aria-label="All robots"
            onClick={() => {
              choose(null);
            }}
          >
            <Icon of={ChevronLeft} size={22} />
          </button>
          <h1>{robot?.name ?? id}</h1>
          <Strip of={of} />
          <Status />
          <StopButton name={robot?.name ?? id} />
        </header>
        <Alarms />
        {robot ? (
          <div class="drive-grid">
            <PadCard robot={robot} lease={lease} guard={guard} inTheWay={inTheWay} />
            <LatencyCard robot={robot} stored={stored} />
            <BatteryCard robot={robot} stored={stored} />
            <div class="column">
              <LimitsCard />
              {may(user.value.role, 'shutdown') && (
                <AdminCard
                  robot={robot}
                  reachable={robot.presence !== 'offline' && !past.past.value}
                />
              )}
            </div>
            <div class="column">
              <StateCard robot={robot} lease={lease} guard={guard} />
              <CommandLog robot={id} />
            </div>
          </div>
        ) : (
          <div class="empty card">
            <h2>
              {ready.value ? `There is no ${id} just now` : 'Waiting for the first picture …'}
            </h2>
          </div>
        )}
      </div>
    </main>
  );
}

/** All robots, to change between them. */
function Strip({ of }: { of: Key }) {
  const { choose } = useNavigation();
  const robots = useKind('probot').map(readProBot).sort(inOrder);
  const leases = new Set(useKind('lease').map((lease) => lease.id));
  if (robots.length < 2) return <span class="strip" />;
  return (
    <div class="strip" role="group" aria-label="Robots">
      {robots.map((robot) => {
        const key = keyOf('probot', robot.id);
        const standing = standingOf(robot, leases.has(robot.id));
        return (
          <button
            key={key}
            type="button"
            aria-pressed={key === of}
            onClick={() => {
              choose(key);
            }}
          >
            <RobotAvatar robot={robot} />
            <span>
              <b class="ellipsis">{robot.name}</b>
              <small class="ellipsis">
                {standing === 'available' || standing === 'in use'
                  ? [
                      robot.roundTrip === undefined
                        ? ''
                        : `${String(Math.round(robot.roundTrip))} ms`,
                      robot.battery === undefined ? '' : `${String(Math.round(robot.battery))}%`,
                      standing === 'in use' ? 'in use' : '',
                    ]
                      .filter(Boolean)
                      .join(' · ')
                  : standing}
              </small>
            </span>
          </button>
        );
      })}
    </div>
  );
}

export function RobotAvatar({ robot, large = false }: { robot: ProBot; large?: boolean }) {
  const picture = faceOf(useThing(keyOf('picture', robot.id)));
  return (
    <Avatar
      colour="robot"
      initials=""
      presence={robot.heard === undefined ? 'offline' : robot.presence}
      robot
      large={large}
      face={picture}
    />
  );
}

function PadCard({
  robot,
  lease,
  guard,
  inTheWay,
}: {
  robot: ProBot;
  lease: Lease | undefined;
  guard: Guard | undefined;
  inTheWay: string | null;
}) {
  const { user, visitor } = useWho();
  const { driver } = useDriving();
  const control = driver.control.value;
  const mine = control.state === 'mine' && control.robot === robot.id;
  const notice = driver.notice.value;
  const held = useMemo(() => new HeldKeys(), []);
  const operator = may(user.value.role, 'drive') && mayDrive(visitor, keyOf('probot', robot.id));
  const flight = driver.flight.value;
  const shade = mine
    ? flight.locked !== null && flight.held
      ? { title: 'Let go of stick and keys first', text: flight.locked }
      : flight.locked !== null
        ? { title: 'The robot is held still', text: flight.locked }
        : null
    : inTheWay !== null
      ? { title: 'Locked', text: inTheWay }
      : lease
        ? { title: `${lease.holder} drives it`, text: lease.sent ?? '' }
        : operator
          ? { title: 'Take control to drive', text: '' }
          : {
              title: 'You are watching',
              text: `As ${user.value.role} you may watch and stop, not drive.`,
            };
  return (
    <section class="card pad-card" aria-label={`Drive ${robot.name}`} data-mine={mine}>
      <header>
        <h2>Drive</h2>
        <ControlBar robot={robot} lease={lease} obstacle={inTheWay} />
      </header>
      <Asks robot={robot} lease={lease} />
      <div class="pad-notice" role="alert" data-tone={notice?.tone}>
        {notice && <p>{notice.text}</p>}
      </div>
      <Joystick robot={robot.name} held={held}>
        {shade && (
          <div class="shade" data-locked={inTheWay ?? flight.locked ?? ''}>
            <Icon of={Lock} size={20} />
            <b>{shade.title}</b>
            {shade.text && <span>{shade.text}</span>}
          </div>
        )}
      </Joystick>
      <Sliders />
      <Readings robot={robot} lease={lease} mine={mine} />
      <div class="inputs">
        <KeysShown held={held} mine={mine} />
        <GamepadShown mine={mine} />
      </div>
      <WorstCase guard={guard} lease={lease} />
    </section>
  );
}

function Readings({
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
          <dt>Speed</dt>
          <dd>
            {Math.abs(speed).toFixed(2)}
            <small>{speed < 0 ? 'reverse' : `of ${limits.speed.toFixed(2)}`}</small>
          </dd>
        </div>
        <div>
          <dt>Turn</dt>
          <dd>
            {Math.abs(turn).toFixed(2)}
            <small>{turn < 0 ? 'left' : turn > 0 ? 'right' : `of ${limits.turn.toFixed(2)}`}</small>
          </dd>
        </div>
        <div>
          <dt>Sent</dt>
          <dd>
            {rate}
            <small>per s</small>
          </dd>
        </div>
      </dl>
      <p class="wire" data-moving={!isReleased(keys)}>
        <code>keys/{robot.id}</code>
        <code data-wire="sent">{onWire || '–'}</code>
        <span class="muted number">
          {echoed !== undefined && `passed on ${echoed}`}
          {roundTrip !== undefined && ` · server ${String(Math.round(roundTrip))} ms`}
          {way !== undefined && ` · broker ${String(Math.round(way))} ms`}
        </span>
      </p>
    </>
  );
}

function KeysShown({ held, mine }: { held: HeldKeys; mine: boolean }) {
  const { driver } = useDriving();
  void driver.flight.value;
  const letters = [
    ['W', 'up'],
    ['A', 'left'],
    ['S', 'down'],
    ['D', 'right'],
  ] as const;
  return (
    <span class="input" aria-hidden="true" data-on={mine}>
      <Icon of={Keyboard} />
      {letters.map(([letter, direction]) => (
        <kbd key={letter} class={held.holds(direction) ? 'hit' : ''}>
          {letter}
        </kbd>
      ))}
    </span>
  );
}

function GamepadShown({ mine }: { mine: boolean }) {
  const { driver } = useDriving();
  const [name, setName] = useState<string | null>(null);
  const [lost, setLost] = useState(false);
  const driving = useRef(mine);
  driving.current = mine;
  useEffect(
    () =>
      followGamepad({
        wish(wish) {
          driver.wish('gamepad', wish);
        },
        lost() {
          setLost(true);
          if (driving.current) driver.tell({ tone: 'warn', text: 'Stopped: the gamepad is gone.' });
        },
        ready(next) {
          setName(next);
          if (next !== null) setLost(false);
        },
      }),
    [driver],
  );
  return (
    <span class="input" data-gamepad={name !== null ? 'ready' : lost ? 'lost' : 'none'}>
      <Icon of={Gamepad2} />
      {name !== null ? 'Gamepad ready' : lost ? 'Gamepad lost' : 'No gamepad'}
    </span>
  );
}

/** How much of the past a chart shows. */
function SpanPick({
  of,
  value,
  set,
}: {
  of: readonly number[];
  value: number;
  set(seconds: number): void;
}) {
  return (
    <div class="segments" role="group" aria-label="Time">
      {[...of]
        .sort((a, b) => a - b)
        .map((seconds) => (
          <button
            key={seconds}
            type="button"
            aria-pressed={seconds === value}
            onClick={() => {
              set(seconds);
            }}
          >
            {spanText(seconds)}
          </button>
        ))}
    </div>
  );
}

function LatencyCard({ robot, stored }: { robot: ProBot; stored: Stored }) {
  const { clock, now } = useTime();
  const { history } = useDriving();
  void now.value;
  const [span, setSpan] = useState(LATENCY_SPANS[0] ?? 120);
  const broker = useThing(keyOf('broker', robot.source));
  const trip = broker && readBroker(broker).trip;
  const own = () => before(stored.latency, history.latency.of(robot.id));
  const from = clock.seconds() - span;
  const p95 = percentile(
    own().filter((point) => point.at >= from),
    0.95,
  );
  return (
    <Card
      name="Latency"
      class="figure"
      aside={<SpanPick of={LATENCY_SPANS} value={span} set={setSpan} />}
    >
      <div class="big">
        <p>
          <b>{robot.roundTrip === undefined ? '–' : Math.round(robot.roundTrip)}</b>
          <small>ms</small>
          <span class="key" style={{ '--c': 'var(--accent)' }}>
            robot’s own
          </span>
        </p>
        <p>
          <b class="lesser">{trip === undefined ? '–' : trip < 10 ? trip : Math.round(trip)}</b>
          <small>ms</small>
          <span class="key" style={{ '--c': 'var(--accent-2)' }}>
            broker and back
          </span>
        </p>
        {p95 !== undefined && (
          <em>
            p95 {Math.round(p95)} ms, {latencyClass(p95)}
          </em>
        )}
      </div>
      <Chart
        span={span}
        label={`Round trips of the last ${spanText(span)}`}
        lines={() => [
          { name: 'robot', colour: 'accent', points: own() },
          {
            name: 'broker',
            colour: 'accent-2',
            points: before(stored.trip, history.trip.of(robot.source)),
          },
        ]}
      />
    </Card>
  );
}

function BatteryCard({ robot, stored }: { robot: ProBot; stored: Stored }) {
  const { clock, now } = useTime();
  const { history } = useDriving();
  void now.value;
  const [span, setSpan] = useState(BATTERY_SPANS[0] ?? EMPTYING);
  const points = () => before(stored.battery, history.battery.of(robot.id));
  const from = clock.seconds() - EMPTYING;
  const fall = fallPerMinute(points().filter((point) => point.at >= from));
  return (
    <Card
      name="Battery"
      class="figure"
      aside={<SpanPick of={BATTERY_SPANS} value={span} set={setSpan} />}
    >
      <div class="big">
        <p>
          <b data-tone={robot.battery !== undefined && robot.battery < 20 ? 'bad' : undefined}>
            {robot.battery === undefined ? '–' : Math.round(robot.battery)}
          </b>
          <small>%</small>
        </p>
        {fall !== undefined && fall > 0.02 && (
          <em>
            −{fall.toFixed(1)} %/min
            {robot.battery !== undefined && `, about ${spanText((robot.battery / fall) * 60)} left`}
          </em>
        )}
      </div>
      <Chart
        span={span}
        top={100}
        label={`Battery of the last ${spanText(span)}`}
        lines={() => [{ name: 'battery', colour: 'ok', points: points() }]}
      />
    </Card>
  );
}

function LimitsCard() {
  const { driver } = useDriving();
  const [limits, setLimits] = useState(driver.limits);
  const change = (part: Partial<typeof limits>) => {
    const next = { ...limits, ...part };
    setLimits(next);
    driver.limits = next;
  };
  return (
    <Card name="Limits" class="limits" aside={<span class="muted">of this page</span>}>
      <Limit
        name="Top speed"
        value={limits.speed}
        onChange={(speed) => {
          change({ speed });
        }}
      />
      <Limit
        name="Turn rate"
        value={limits.turn}
        onChange={(turn) => {
          change({ turn });
        }}
      />
    </Card>
  );
}

function Limit({
  name,
  value,
  onChange,
}: {
  name: string;
  value: number;
  onChange: (value: number) => void;
}) {
  return (
    <label class="limit">
      <span>
        {name} <span class="now">{value.toFixed(2)}</span>
      </span>
      <input
        type="range"
        aria-label={name}
        min={0.05}
        max={MOST}
        step={0.05}
        value={value}
        style={{ '--at': `${String(((value - 0.05) / (MOST - 0.05)) * 100)}%` }}
        onInput={(event) => {
          onChange(event.currentTarget.valueAsNumber);
        }}
      />
    </label>
  );
}

function StateCard({
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
  useTicks(200, robot.presence === 'live');
  const from = useDrivers(may(user.value.role, 'drivers'), lease?.fence);
  const now = clock.seconds();
  const posture = postureOf(robot.angle);
  const address = from.get(robot.id);
  return (
    <Card
      name="State"
      class="robot-state"
      aside={<StandingPill standing={standingOf(robot, lease !== undefined)} />}
    >
      <div class="state-in">
        <Tilt robot={robot} />
        <Facts>
          <Fact
            name="Posture"
            tone={posture === 'fallen' && robot.presence !== 'offline' ? 'bad' : undefined}
          >
            {posture === undefined ? 'No reading' : postureText(robot, now)}
            {robot.angle === undefined ? '' : `, ${robot.angle.toFixed(0).replace('-', '−')}°`}
          </Fact>
          <Fact name="Routine">{routineText(robot.routine)}</Fact>
          <Fact name="Driver">
            {lease ? (
              <>
                {lease.holder}
                {lease.since === undefined ? '' : ` since ${timeText(lease.since, now)}`}
                {lease.server === undefined ? '' : `, through server ${lease.server}`}
                {address ? (
                  <>
                    {' '}
                    from <code>{address}</code>
                  </>
                ) : null}
              </>
            ) : (
              'Nobody'
            )}
          </Fact>
          <Fact name="Message">
            {robot.heard === undefined ? 'never' : `${fineAgeText(now - robot.heard)} ago`}
          </Fact>
          <Fact name="Values">
            {robot.changed === undefined
              ? 'none'
              : `unchanged for ${fineAgeText(now - robot.changed)}`}
          </Fact>
          <Fact name="Address">{robot.ip ? <code>{robot.ip}</code> : 'unknown'}</Fact>
          {guard?.stopsWithin !== undefined && (
            <Fact name="Worst case">
              <span data-worst={guard.stopsWithin} title={worstTitle(guard)}>
                if everything dies, it stops within {guard.stopsWithin} s
              </span>
            </Fact>
          )}
        </Facts>
      </div>
    </Card>
  );
}

/** Where the drivers are, asked for anew whenever `again` changes. Only admins are told. */
export function useDrivers(wanted: boolean, again: unknown): ReadonlyMap<string, string> {
  const { requests, connection } = useServer();
  const [found, setFound] = useState<ReadonlyMap<string, string>>(new Map());
  const live = connection.value.state === 'live';
  useEffect(() => {
    if (!wanted || !live) return;
    let over = false;
    requests.ask('drivers').then(
      (answer) => {
        if (!over) setFound(readDrivers(answer));
      },
      () => undefined,
    );
    return () => {
      over = true;
    };
  }, [requests, wanted, live, again]);
  return found;
}

/** Of a list of points, the value below which so great a part of them lies. */
export function percentile(points: readonly SparkPoint[], part: number): number | undefined {
  const values = points.map((point) => point.value).sort((a, b) => a - b);
  return values[Math.min(values.length - 1, Math.floor(values.length * part))];
}

/** How fast a battery empties, in percent per minute; undefined while that cannot be said. */
export function fallPerMinute(points: readonly SparkPoint[]): number | undefined {
  const first = points[0];
  const last = points.at(-1);
  if (!first || !last || last.at - first.at < 60) return undefined;
  return ((first.value - last.value) / (last.at - first.at)) * 60;
}
