/** The bar of the day: where one is in it, and what happened. */
import { useRef } from 'preact/hooks';
import { usePreferences, useTime } from '../../app/context';
import { usePast } from '../../past/context';
import { hoursOf, shareOf, timeAt } from '../../past/day';
import type { Day } from '../../past/day';
import { marksOf } from '../../past/events';
import { pointAt } from '../../past/track';
import { clockText } from '../../past/wording';
import { inOneLine, speed } from '../../ui/numbers';
import { Profile } from './profile';

/** What moving it by the keyboard does, seconds. */
const KEY_STEPS: Readonly<Record<string, number>> = {
  ArrowLeft: -60,
  ArrowRight: 60,
  ArrowDown: -60,
  ArrowUp: 60,
  PageDown: -3600,
  PageUp: 3600,
};

export function Scrubber() {
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

function percent(share: number): string {
  return `${(share * 100).toFixed(3)}%`;
}

/** Near an end the label of the knob leans inwards. */
function edge(share: number): string {
  return share < 0.08 ? 'left' : share > 0.92 ? 'right' : '';
}
