/** A line over time with axes. The library that draws it is fetched when the first one is shown. */
import { useEffect, useRef } from 'preact/hooks';
import type UPlot from 'uplot';
import { shortTimeText, timeText } from '../../../app/ages';
import { useTime, usePreferences } from '../../../app/context';
import { canvasFont } from '../../../ui/chartfont';
import type { SparkPoint } from '../../../ui/spark';

export interface Line {
  readonly name: string;
  /** A colour token, without the dashes. */
  readonly colour: string;
  readonly points: readonly SparkPoint[];
}

/** How often it is drawn anew, in milliseconds. */
const EVERY = 500;

type Table = [number[], ...(number | null)[][]];

/** All lines over one common time, since `from`; null where a line has no point. */
export function table(lines: readonly Line[], from: number): Table {
  const times = new Set<number>();
  for (const line of lines) {
    for (const point of line.points) if (point.at >= from) times.add(point.at);
  }
  const at = [...times].sort((a, b) => a - b);
  const rows = lines.map((line) => {
    const values = new Map(line.points.map((point) => [point.at, point.value]));
    return at.map((time) => values.get(time) ?? null);
  });
  return [at, ...rows];
}

/** A round number that leaves a little room above `most`. */
export function ceiling(most: number): number {
  const steps = [10, 20, 50, 100, 200, 300, 500, 1000, 2000, 5000];
  return steps.find((step) => step >= most * 1.1) ?? Math.ceil(most * 1.1);
}

interface Drawn {
  readonly element: HTMLElement;
  /** Seconds. */
  readonly span: number;
  readonly top: number | undefined;
  now(): number;
  lines(): readonly Line[];
}

/** The axes and lines of a chart, in the colours of the theme that is shown. */
function optionsOf({ element, span, top, now, lines }: Drawn): UPlot.Options {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string) => style.getPropertyValue(`--${name}`).trim();
  const axis = {
    stroke: colour('muted'),
    font: canvasFont(),
    grid: { stroke: colour('line-soft'), width: 1 },
    ticks: { show: false },
  };
  const timesOf = (_: UPlot, times: number[]) =>
    times.map((at) => {
      return span > 300 ? shortTimeText(at, at) : timeText(at, at);
    });
  return {
    ...sizeOf(element),
    legend: { show: false },
    cursor: { show: false },
    padding: [6, 8, 0, 0],
    scales: {
      x: { time: true, range: () => [now() - span, now()] },
      y: { range: (_, __, most) => [0, top ?? ceiling(Number.isFinite(most) ? most : 10)] },
    },
    axes: [
      { ...axis, size: 22, space: 80, grid: { show: false }, values: timesOf },
      { ...axis, size: 36, space: 34, gap: 4 },
    ],
    series: [
      {},
      ...lines().map((line) => ({
        label: line.name,
        stroke: colour(line.colour),
        width: 1.8,
        fill: `${colour(line.colour)}1f`,
        spanGaps: true,
        points: { show: false },
      })),
    ],
  };
}

function sizeOf(element: HTMLElement) {
  return {
    width: Math.max(50, element.clientWidth),
    height: Math.max(50, element.clientHeight),
  };
}

/** Draw the chart, and again as time passes; returns how to end it. */
function draw(drawn: Drawn): () => void {
  const { element, span, now, lines } = drawn;
  let over = false;
  let end = () => {
    over = true;
  };
  const begin = async () => {
    const [{ default: Plot }] = await Promise.all([
      import('uplot'),
      import('uplot/dist/uPlot.min.css'),
      document.fonts.load(canvasFont()),
    ]);
    if (over) return;
    const rows = () => table(lines(), now() - span);
    const plot = new Plot(optionsOf(drawn), rows(), element);
    const sizes = new ResizeObserver(() => {
      plot.setSize(sizeOf(element));
    });
    sizes.observe(element);
    const timer = setInterval(() => {
      plot.setData(rows());
    }, EVERY);
    end = () => {
      clearInterval(timer);
      sizes.disconnect();
      plot.destroy();
    };
  };
  void begin();
  return () => {
    end();
  };
}

/** `span`: how many seconds are shown. `top`: the upper edge when it does not follow the values. */
export function Chart({
  lines,
  span,
  label,
  top,
}: {
  lines: () => readonly Line[];
  span: number;
  label: string;
  top?: number;
}) {
  const { clock } = useTime();
  const preferences = usePreferences();
  const host = useRef<HTMLDivElement>(null);
  const latest = useRef(lines);
  latest.current = lines;
  const theme = preferences.theme.value;
  useEffect(() => {
    const element = host.current;
    if (!element) return;
    return draw({
      element,
      span,
      top,
      now: () => clock.seconds(),
      lines: () => latest.current(),
    });
  }, [clock, span, theme, top]);
  return <div ref={host} class="chart" dir="ltr" role="img" aria-label={label} />;
}
