/**
 * The bar under the map: a day with what happened on it. Dragging along it shows where everybody was
 * then; one button, or one key, leads back to now.
 */
import { ChevronLeft, ChevronRight, Pause, Play } from 'lucide';
import { useEffect, useRef } from 'preact/hooks';
import { hoursOf, shareOf, timeAt } from '../past/day';
import type { Day } from '../past/day';
import { marksOf } from '../past/events';
import { pointAt, profile } from '../past/track';
import type { TrackPoint } from '../past/track';
import { RATES } from '../past/timetravel';
import type { Rate } from '../past/timetravel';
import { inOneLine, speed } from '../ui/numbers';
import { clockText } from '../past/wording';
import { useTime, useServer, usePreferences } from '../app/context';
import { useRoster } from '../things/context';
import { usePast } from '../past/context';
import { Icon } from '../ui/icon';

/** The profile of speeds has so many bars: one for ten minutes. */
const SLOTS = 144;
/** What moving it by the keyboard does, seconds. */
const KEY_STEPS: Readonly<Record<string, number>> = {
  ArrowLeft: -60,
  ArrowRight: 60,
  ArrowDown: -60,
  ArrowUp: 60,
  PageDown: -3600,
  PageUp: 3600,
};
/** The bars are at least so high where something was heard, of 100. */
const LOWEST_BAR = 9;
/** The greatest speed the bars reach up to, unless there was a greater one: km/h. */
const USUAL_SPEED = 30;
/** The day's way and events are looked at again so often while it is today, milliseconds. */
const AGAIN_MS = 60_000;

export function TimeBar() {
  const { clock } = useTime();
  const { connection } = useServer();
  const { feeds } = useRoster();
  const past = usePast();
  const today = past.day.value.end > clock.live();
  useEffect(() => {
    past.refresh();
    if (!today) return;
    const timer = setInterval(() => {
      past.refresh();
    }, AGAIN_MS);
    return () => {
      clearInterval(timer);
    };
  }, [past, today]);
  const away = past.past.value;
  // Without the server the picture of now stands still, and must not call itself live.
  const paused = !away && connection.value.state !== 'live';
  const cut = !away && !paused && feeds.value.dark;
  return (
    <section class="timebar panel" aria-label="Time" data-past={away}>
      <button
        type="button"
        class="live-pill"
        data-live={!away && !paused && !cut}
        title={
          paused ? 'Waiting for the server' : cut ? 'Waiting for the broker' : 'Back to now (L)'
        }
        aria-pressed={!away}
        onClick={() => {
          past.live();
        }}
      >
        <i />
        {paused || cut ? 'Paused' : 'Live'}
      </button>
      <Player />
      <Scrubber />
      <DayChooser today={today} />
    </section>
  );
}

function Player() {
  const past = usePast();
  const playing = past.playing.value;
  return (
    <div class="player">
      <button
        type="button"
        class="icon-button"
        aria-label={playing ? 'Pause' : 'Play the day'}
        title={playing ? 'Pause (P)' : 'Play the day (P)'}
        onClick={() => {
          if (playing) past.pause();
          else past.play();
        }}
      >
        <Icon of={playing ? Pause : Play} />
      </button>
      <select
        aria-label="Speed of playing"
        value={String(past.rate.value)}
        onChange={(event) => {
          past.rate.value = Number(event.currentTarget.value) as Rate;
        }}
      >
        {RATES.map((rate) => (
          <option key={rate} value={String(rate)}>
            {rate}×
          </option>
        ))}
      </select>
    </div>
  );
}

function Scrubber() {
  const { clock, now } = useTime();
  const preferences = usePreferences();
  const past = usePast();
  const element = useRef<HTMLDivElement>(null);
  const day = past.day.value;
  void now.value; // so that the end of today moves on
  const latest = clock.live();
  const looked = past.at.value;
  const at = looked ?? latest;
  const share = shareOf(day, at);
  const points = past.track.value?.day.name === day.name ? past.track.value.points : [];
  const going = looked === null ? undefined : pointAt(points, looked);
  const label = clockText(at);

  const follow = (event: PointerEvent) => {
    const box = element.current?.getBoundingClientRect();
    if (box) past.go(timeAt(day, (event.clientX - box.left) / box.width));
  };
  const onKey = (event: KeyboardEvent) => {
    const step = KEY_STEPS[event.key];
    if (step !== undefined) past.go(at + step);
    else if (event.key === 'Home') past.go(day.start);
    else if (event.key === 'End') past.go(day.end - 1);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div
      ref={element}
      class="scrubber"
      role="slider"
      tabIndex={0}
      aria-label="Time of day"
      aria-valuemin={0}
      aria-valuemax={Math.round(day.end - day.start)}
      aria-valuenow={Math.round(Math.min(Math.max(at, day.start), day.end) - day.start)}
      aria-valuetext={looked === null ? `${label}, now` : `${day.name} ${label}`}
      onKeyDown={onKey}
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        past.pause();
        follow(event);
      }}
      onPointerMove={(event) => {
        if (event.currentTarget.hasPointerCapture(event.pointerId)) follow(event);
      }}
    >
      <Profile points={points} day={day} at={at} />
      <Marks day={day} />
      <div class="hours" aria-hidden="true">
        {hoursOf(day, 6).map((hour) => (
          <span key={hour.text} style={{ left: percent(shareOf(day, hour.at)) }}>
            {hour.text}
          </span>
        ))}
      </div>
      {latest < day.end && (
        <div class="to-come" style={{ left: percent(Math.max(0, shareOf(day, latest))) }} />
      )}
      {share >= 0 && share <= 1 && (
        <div class="knob" data-edge={edge(share)} style={{ left: percent(share) }}>
          <b>
            {label}
            {going?.speed !== undefined && (
              <span> {inOneLine(speed(going.speed, preferences.settings.value.units))}</span>
            )}
          </b>
        </div>
      )}
    </div>
  );
}

/** How fast the chosen one was through the day, as bars; the part that is over now is brighter. */
function Profile({
  points,
  day,
  at,
}: {
  readonly points: readonly TrackPoint[];
  readonly day: Day;
  readonly at: number;
}) {
  const speeds = profile(points, day, SLOTS);
  const top = Math.max(USUAL_SPEED, ...speeds.map((one) => one ?? 0));
  const before = shareOf(day, at) * SLOTS;
  return (
    <svg
      class="profile"
      viewBox={`0 0 ${String(SLOTS)} 100`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      {speeds.map((one, slot) => {
        if (one === null) return null;
        const height = Math.max(LOWEST_BAR, (one / top) * 100);
        return (
          <rect
            key={slot}
            x={slot + 0.15}
            width={0.7}
            y={100 - height}
            height={height}
            class={slot <= before ? 'passed' : ''}
          />
        );
      })}
    </svg>
  );
}

function Marks({ day }: { readonly day: Day }) {
  const past = usePast();
  const marks = marksOf(past.events.value, (at) => shareOf(day, at));
  return (
    <div class="event-marks" aria-hidden="true">
      {marks.map((mark) => (
        <i
          key={mark.share}
          data-kind={mark.events.find((event) => event.kind === 'alarm') ? 'alarm' : 'event'}
          style={{ left: percent(mark.share) }}
          title={mark.events
            .slice(0, 8)
            .map((event) => `${clockText(event.at)} ${event.text}`)
            .join('\n')}
        />
      ))}
    </div>
  );
}

function DayChooser({ today }: { readonly today: boolean }) {
  const past = usePast();
  const { name } = past.day.value;
  return (
    <div class="day-chooser">
      <button
        type="button"
        class="icon-button small"
        aria-label="The day before"
        onClick={() => {
          past.dayBeside(-1);
        }}
      >
        <Icon of={ChevronLeft} size={16} />
      </button>
      <input
        type="date"
        aria-label="Day"
        value={name}
        onChange={(event) => {
          past.dayNamed(event.currentTarget.value);
        }}
      />
      <button
        type="button"
        class="icon-button small"
        aria-label="The day after"
        disabled={today}
        onClick={() => {
          past.dayBeside(1);
        }}
      >
        <Icon of={ChevronRight} size={16} />
      </button>
    </div>
  );
}

function percent(share: number): string {
  return `${(share * 100).toFixed(3)}%`;
}

/** Near an end the label of the knob leans inwards. */
function edge(share: number): string {
  return share < 0.08 ? 'left' : share > 0.92 ? 'right' : '';
}
