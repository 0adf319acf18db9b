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
  /** The value at the top; the greatest one seen when left out. */
  readonly most?: number;
}

export function Spark({ points, colour, label, width = 300, height = 34, most }: SparkProps) {
  const line = sparkPath(points, width, height - 3, most);
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

/** The path of the points, oldest at the left edge; empty for fewer than two. */
export function sparkPath(
  points: readonly SparkPoint[],
  width: number,
  height: number,
  most?: number,
): string {
  const first = points[0];
  const last = points.at(-1);
  if (!first || !last || last.at <= first.at) return '';
  const top = Math.max(most ?? 0, ...points.map((point) => point.value), 1e-9);
  const x = (at: number) => (((at - first.at) / (last.at - first.at)) * width).toFixed(1);
  const y = (value: number) => (height - (Math.max(0, value) / top) * (height - 3) + 1).toFixed(1);
  return points
    .map((point, index) => `${index === 0 ? 'M' : 'L'}${x(point.at)} ${y(point.value)}`)
    .join('');
}
