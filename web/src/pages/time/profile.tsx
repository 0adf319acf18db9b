/** How fast somebody was over the day, as bars. */
import { shareIn } from '../../past/stretch';
import type { Stretch } from '../../past/stretch';
import { profile } from '../../past/track';
import type { TrackPoint } from '../../past/track';

/** The profile of speeds has so many bars: of a day one for ten minutes. */
const SLOTS = 144;

/** The bars are at least so high where something was heard, of 100. */
const LOWEST_BAR = 9;

/** The greatest speed the bars reach up to, unless there was a greater one: km/h. */
const USUAL_SPEED = 30;

/** How fast the chosen one was through what the bar shows, as bars; the part that is over now is brighter. */
export function Profile({
  points,
  stretch,
  at,
}: {
  readonly points: readonly TrackPoint[];
  readonly stretch: Stretch;
  readonly at: number;
}) {
  const speeds = profile(points, stretch, SLOTS);
  const top = Math.max(USUAL_SPEED, ...speeds.map((one) => one ?? 0));
  const before = shareIn(stretch, at) * SLOTS;
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
