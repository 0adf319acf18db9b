/** The broker's figures over hours and days. */
import { useMemo, useState } from 'preact/hooks';
import { timeText } from '../../app/ages';
import { useTime } from '../../app/context';
import type { Key } from '../../app/world';
import { useStored } from '../../things/broker/figures';
import { followed, since } from '../../things/broker/series';
import type { Series } from '../../things/broker/series';
import { Card } from '../../ui/section';
import { Chart } from './chart';
import { NAMES } from './figurenames';
import { PICTURES } from './pictures';

const HOUR = 3600;

/** Up to an hour as they were heard since the server's start; more than that from its store. */
const SPANS: readonly (readonly [name: string, seconds: number])[] = [
  ['5 min', 300],
  ['1 h', HOUR],
  ['24 h', 24 * HOUR],
  ['7 days', 7 * 24 * HOUR],
];

export function HistoryCard({ of, series }: { of: Key | null; series: Series }) {
  const { clock } = useTime();
  const [chosen, choose] = useState('Messages');
  const [span, setSpan] = useState(HOUR);
  const picture = PICTURES.find((each) => each.name === chosen) ?? PICTURES[0];
  const stored = useStored(of, NAMES, span > HOUR ? span : null);
  const to = series.at.at(-1) ?? clock.seconds();
  const whole = useMemo(() => (stored ? followed(stored, series) : series), [stored, series]);
  const from = Math.max(whole.at[0] ?? to - 60, to - span);
  const shown = useMemo(() => since(whole, from), [whole, from]);
  if (!picture) return null;
  return (
    <Card
      name="History"
      class="history"
      aside={
        <>
          <div class="segments" role="group" aria-label="Figure">
            {PICTURES.map(({ name }) => (
              <button
                key={name}
                type="button"
                aria-pressed={name === picture.name}
                onClick={() => {
                  choose(name);
                }}
              >
                {name}
              </button>
            ))}
          </div>
          <div class="segments" role="group" aria-label="Time">
            {SPANS.map(([name, seconds]) => (
              <button
                key={name}
                type="button"
                aria-pressed={seconds === span}
                onClick={() => {
                  setSpan(seconds);
                }}
              >
                {name}
              </button>
            ))}
          </div>
        </>
      }
    >
      <Chart
        series={shown}
        curves={picture.curves}
        range={[from, Math.max(to, from + 1)]}
        height={250}
        label={`${picture.name} over time. ${picture.curves
          .map((curve) => {
            const value = shown.values[curve.of]?.at(-1);
            return `${curve.name}: ${typeof value === 'number' ? picture.text(value) : 'unknown'}`;
          })
          .join(', ')}`}
        text={picture.text}
      />
      {span > HOUR && (
        <p class="note" data-stored={stored !== null}>
          {stored === null
            ? 'Nothing older is in the store: this is since Sightline started.'
            : `From the store, since ${timeText(whole.at[0] ?? to, to)}.`}
        </p>
      )}
    </Card>
  );
}
