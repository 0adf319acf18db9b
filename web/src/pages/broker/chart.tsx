/**
 * A chart over time. The library comes when the first chart is drawn; what is under the pointer is
 * told in the legend, and the newest values in words for those who do not see it.
 */
import { t } from '@lingui/core/macro';
import { useEffect, useRef, useState } from 'preact/hooks';
import 'uplot/dist/uPlot.min.css';
import type uPlot from 'uplot';
import { axisText, timeText } from '../../ui/times';
import type { Series } from '../../things/broker/series';
import { usePreferences } from '../../app/context';
import { canvasFont } from '../../ui/chartfont';

export interface Curve {
  /** Of the figure. */
  readonly of: string;
  readonly name: string;
  readonly colour: string;
}

export interface ChartProps {
  readonly series: Series;
  readonly curves: readonly Curve[];
  /** From and to, epoch seconds. */
  readonly range: readonly [number, number];
  readonly height: number;
  readonly label: string;
  /** The bounds of the values shown; from zero to a little above the most without them. */
  readonly floor?: number;
  readonly ceiling?: number;
  text(value: number): string;
}

export function Chart({ series, curves, range, height, label, text, ...bounds }: ChartProps) {
  const preferences = usePreferences();
  const theme = preferences.theme.value;
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const latest = useRef({ series, curves, range, text });
  latest.current = { series, curves, range, text };
  const [pointed, setPointed] = useState<number | null>(null);
  const [ready, setReady] = useState(0);
  const names = curves.map((curve) => curve.of).join('\n');

  useEffect(() => {
    const element = box.current;
    if (!element) return;
    let wanted = true;
    let observer: ResizeObserver | undefined;
    void Promise.all([import('uplot'), document.fonts.load(canvasFont())]).then(
      ([{ default: Plot }]) => {
        if (!wanted) return;
        const made = new Plot(
          options(element, height, latest.current.curves, latest, (index) => {
            setPointed(index);
          }),
          dataOf(latest.current.series, latest.current.curves),
          element,
        );
        plot.current = made;
        observer = new ResizeObserver(() => {
          if (element.clientWidth > 0) made.setSize({ width: element.clientWidth, height });
        });
        observer.observe(element);
        setReady((n) => n + 1);
      },
    );
    return () => {
      wanted = false;
      observer?.disconnect();
      plot.current?.destroy();
      plot.current = null;
    };
  }, [theme, height, names]);

  const [from, to] = range;
  useEffect(() => {
    const made = plot.current;
    if (!made) return;
    made.setData(dataOf(series, curves), false);
    made.batch(() => {
      made.setScale('x', { min: from, max: to });
      // Nothing but zeroes is a flat line in a chart up to one.
      const most = Math.max(0, ...curves.map((curve) => mostOf(series, curve.of, from))) || 1;
      made.setScale('y', { min: bounds.floor ?? 0, max: bounds.ceiling ?? most * 1.12 });
    });
  }, [series, from, to, bounds.floor, bounds.ceiling, ready]);

  const shown = pointed !== null && pointed < series.at.length ? pointed : series.at.length - 1;
  const at = series.at[shown];
  return (
    <figure class="chart">
      <figcaption>
        {curves.map((curve) => {
          const value = series.values[curve.of]?.[shown];
          return (
            <span key={curve.of} style={{ '--c': `var(--${curve.colour})` }}>
              <i />
              {curve.name}
              <b>{value === undefined || value === null ? '–' : text(value)}</b>
            </span>
          );
        })}
        {pointed !== null && at !== undefined && <time>{timeText(at, to)}</time>}
      </figcaption>
      <div
        ref={box}
        dir="ltr"
        role="img"
        aria-label={label}
        style={{ height: `${String(height)}px` }}
      />
      {series.at.length < 2 && (
        <p class="chart-wait">{t`Drawn as soon as there are two figures.`}</p>
      )}
    </figure>
  );
}

function dataOf(series: Series, curves: readonly Curve[]): uPlot.AlignedData {
  return [
    [...series.at],
    ...curves.map((curve) => [...(series.values[curve.of] ?? series.at.map(() => null))]),
  ];
}

function mostOf(series: Series, name: string, from: number): number {
  let most = 0;
  (series.values[name] ?? []).forEach((value, index) => {
    if (value !== null && value > most && (series.at[index] ?? 0) >= from) most = value;
  });
  return most;
}

function options(
  element: HTMLElement,
  height: number,
  curves: readonly Curve[],
  latest: { readonly current: { readonly text: (value: number) => string } },
  point: (index: number | null) => void,
): uPlot.Options {
  const style = getComputedStyle(element);
  const colour = (name: string) => style.getPropertyValue(`--${name}`).trim();
  return {
    width: Math.max(100, element.clientWidth),
    height,
    padding: [8, 4, 0, 0],
    legend: { show: false },
    cursor: {
      y: false,
      drag: { x: false, y: false },
      points: { size: 7, width: 2, fill: colour('panel') },
    },
    scales: { x: { time: true, auto: false }, y: { auto: false } },
    axes: axes(colour, (value) => latest.current.text(value)),
    series: [{}, ...curves.map((curve) => curveOf(colour(curve.colour)))],
    hooks: {
      setCursor: [
        (made) => {
          point(made.cursor.idx ?? null);
        },
      ],
    },
  };
}

function axes(colour: (name: string) => string, text: (value: number) => string): uPlot.Axis[] {
  const axis = {
    stroke: colour('faint'),
    font: canvasFont(),
    ticks: { show: false },
  };
  return [
    {
      ...axis,
      grid: { show: false },
      space: 70,
      size: 26,
      values: (_, splits, __, ___, increment) => splits.map((at) => axisText(at, increment)),
    },
    {
      ...axis,
      grid: { stroke: colour('line-soft'), width: 1 },
      space: 38,
      size: 54,
      values: (_, splits) => splits.map(text),
    },
  ];
}

/** A line in a colour, with what is under it in the same, fading downwards. */
function curveOf(stroke: string): uPlot.Series {
  return {
    stroke,
    width: 1.8,
    points: { show: false },
    fill: (made) => {
      const { top, height: high } = made.bbox;
      if (stroke === '') return 'transparent'; // its style sheet is not there yet
      const fill = made.ctx.createLinearGradient(0, top, 0, top + high);
      fill.addColorStop(0, `${stroke}40`);
      fill.addColorStop(1, `${stroke}05`);
      return fill;
    },
  };
}
