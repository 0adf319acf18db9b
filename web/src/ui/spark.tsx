/** A small line over time, as an SVG path. For a glance, not for measuring. */

export interface SparkPoint {
  readonly at: number;
  readonly value: number;
}

export interface SparkProps {
  readonly points: readonly SparkPoint[];
  readonly colour: string;
  readonly label: string;
  readonly width?: number;
  readonly height?: number;
  /** Whether the lower edge is zero; otherwise it lies a little below the least value seen. */
  readonly fromZero?: boolean;
}

export function Spark({
  points,
  colour,
  label,
  width = 300,
  height = 34,
  fromZero = false,
}: SparkProps) {
  const line = sparkPath(points, width, height, fromZero);
  return (
    <svg
      class="spark"
      viewBox={`0 0 ${String(width)} ${String(height)}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
      style={{ '--c': `var(--${colour})` }}
    >
      {line !== '' && (
        <>
          <path class="area" d={`${line}V${String(height)}H0Z`} />
          <path class="line" d={line} />
        </>
      )}
    </svg>
  );
}

/** A line never fills less of its own value than this: noise should look like noise. */
const LEAST_SPAN = 0.25;

/** The path of the points, oldest at the left edge; empty for fewer than two. */
export function sparkPath(
  points: readonly SparkPoint[],
  width: number,
  height: number,
  fromZero: boolean,
): string {
  const first = points[0];
  const last = points.at(-1);
  if (!first || !last || last.at <= first.at) return '';
  const values = points.map((point) => point.value);
  const most = Math.max(...values);
  const least = Math.min(...values);
  const span = Math.max(most - least, Math.abs(most) * LEAST_SPAN, 1e-9);
  const middle = (most + least) / 2;
  // What is never negative has no room below zero.
  const low = fromZero ? 0 : Math.max(middle - span * 0.75, least >= 0 ? 0 : -Infinity);
  const high = fromZero ? Math.max(most * 1.15, 1e-9) : Math.max(middle + span * 0.75, low + span);
  const x = (at: number) => (((at - first.at) / (last.at - first.at)) * width).toFixed(1);
  const y = (value: number) =>
    (height - 2 - ((value - low) / (high - low)) * (height - 4)).toFixed(1);
  return points
    .map((point, index) => `${index === 0 ? 'M' : 'L'}${x(point.at)} ${y(point.value)}`)
    .join('');
}
