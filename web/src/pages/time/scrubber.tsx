/** The bar of the day, or of a piece of it: where one is, and what happened. */
import { t } from '@lingui/core/macro';
import { usePreferences, useTime } from '../../app/context';
import { usePast } from '../../past/context';
import { marksOf, withPlace } from '../../past/events';
import { arrowStep, isWhole, pageStep, shareIn, stepped, ticksOf } from '../../past/stretch';
import type { Stretch } from '../../past/stretch';
import type { TimeTravel } from '../../past/timetravel';
import { pointAt } from '../../past/track';
import { clockText, momentText } from '../../ui/times';
import { useWhereIs } from '../../things/regions/whereis';
import { inOneLine, speed } from '../../ui/numbers';
import { useBarGestures } from './gestures';
import { Profile } from './profile';

/** Characters: "12:00" is short, "12:00 AM" is long, and of those a phone's bar holds every other one. */
const LONG_TICK = 6;

export function Scrubber() {
  const { clock, now } = useTime();
  const past = usePast();
  const { turned, ...gestures } = useBarGestures(past);
  const day = past.day.value;
  const stretch = past.stretch.value;
  void now.value; // so that the end of today moves on
  const latest = clock.live();
  const looked = past.at.value;
  const at = looked ?? latest;
  const points = past.track.value?.day.name === day.name ? past.track.value.points : [];
  const label = clockText(at);
  return (
    <div
      class="scrubber"
      dir="ltr" // time runs as on a clock's dial and in every chart
      role="slider"
      tabIndex={0}
      aria-label={t`Time of day`}
      aria-valuemin={0}
      aria-valuemax={Math.round(day.end - day.start)}
      aria-valuenow={Math.round(Math.min(Math.max(at, day.start), day.end) - day.start)}
      aria-valuetext={looked === null ? t`${label}, now` : momentText(at)}
      data-seconds={Math.round(stretch.end - stretch.start)}
      onKeyDown={(event) => {
        if (!onKey(event.key, past, at)) return;
        event.preventDefault();
        event.stopPropagation();
      }}
      {...gestures}
      onWheel={turned}
    >
      {!isWhole(stretch, day) && <Overview stretch={stretch} day={day} />}
      <Profile points={points} stretch={stretch} at={at} />
      <EventMarks stretch={stretch} />
      <div class="hours" aria-hidden="true">
        {ticksOf(stretch, day).map((tick) => (
          <Tick key={tick.text} share={shareIn(stretch, tick.at)} text={tick.text} />
        ))}
      </div>
      {latest < stretch.end && (
        <div class="to-come" style={{ left: percent(Math.max(0, shareIn(stretch, latest))) }} />
      )}
      <Knob
        share={shareIn(stretch, at)}
        label={label}
        kmh={looked === null ? undefined : pointAt(points, looked)?.speed}
      />
    </div>
  );
}

/** Do what a key is for on the bar; false for a key that is for something else. */
function onKey(key: string, past: TimeTravel, at: number): boolean {
  const day = past.day.peek();
  const stretch = past.stretch.peek();
  const steps: Readonly<Record<string, number>> = {
    ArrowLeft: -arrowStep(stretch),
    ArrowRight: arrowStep(stretch),
    ArrowDown: -arrowStep(stretch),
    ArrowUp: arrowStep(stretch),
    PageDown: -pageStep(stretch),
    PageUp: pageStep(stretch),
  };
  const step = steps[key];
  if (step !== undefined) past.go(at + step);
  else if (key === 'Home') past.go(day.start);
  else if (key === 'End') past.go(day.end - 1);
  else if (key === '+' || key === '=') past.zoom(stepped(stretch, day, true, at));
  else if (key === '-') past.zoom(stepped(stretch, day, false, at));
  else return false;
  return true;
}

/** Which piece of the day is shown. */
function Overview({ stretch, day }: { readonly stretch: Stretch; readonly day: Stretch }) {
  const left = shareIn(day, stretch.start);
  const width = shareIn(day, stretch.end) - left;
  return (
    <div class="bar-overview" aria-hidden="true">
      <i style={{ left: percent(left), width: percent(width) }} />
    </div>
  );
}

function Tick({ share, text }: { readonly share: number; readonly text: string }) {
  return (
    <span
      data-edge={edge(share, 0.05)}
      data-long={text.length > LONG_TICK}
      style={{ left: percent(share) }}
    >
      {text}
    </span>
  );
}

interface KnobProps {
  readonly share: number;
  readonly label: string;
  readonly kmh: number | undefined;
}

function Knob({ share, label, kmh }: KnobProps) {
  const { units } = usePreferences().settings.value;
  if (share < 0 || share > 1) return null;
  return (
    <div class="knob" data-edge={edge(share)} style={{ left: percent(share) }}>
      <b>
        {label}
        {kmh !== undefined && <span> {inOneLine(speed(kmh, units))}</span>}
      </b>
    </div>
  );
}

function EventMarks({ stretch }: { readonly stretch: Stretch }) {
  const past = usePast();
  const whereIs = useWhereIs();
  const within = past.events.value.filter(({ at }) => at >= stretch.start && at < stretch.end);
  const marks = marksOf(within, (at) => shareIn(stretch, at));
  return (
    <div class="event-marks" aria-hidden="true">
      {marks.map((mark) => (
        <i
          key={mark.share}
          data-kind={mark.events.find((event) => event.kind === 'alarm') ? 'alarm' : 'event'}
          style={{ left: percent(mark.share) }}
          title={mark.events
            .slice(0, 8)
            .map(
              (event) => `${clockText(event.at)} ${withPlace(event.text, whereIs(event.region))}`,
            )
            .join('\n')}
        />
      ))}
    </div>
  );
}

function percent(share: number): string {
  return `${(share * 100).toFixed(3)}%`;
}

/** Near an end a label leans inwards. */
function edge(share: number, near = 0.08): string {
  return share < near ? 'left' : share > 1 - near ? 'right' : '';
}
