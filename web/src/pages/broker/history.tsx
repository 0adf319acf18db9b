/** The broker's figures over hours and days. */
import { plural, t } from '@lingui/core/macro';
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
import { pictures } from './pictures';

const HOUR = 3600;

/** Up to an hour as they were heard since the server's start; more than that from its store. */
const SPANS: readonly number[] = [300, HOUR, 24 * HOUR, 7 * 24 * HOUR];

/** "5 min", "24 h", "7 days". */
function lengthText(seconds: number): string {
  if (seconds > 24 * HOUR) return plural(seconds / (24 * HOUR), { one: '# day', other: '# days' });
  const minutes = seconds / 60;
  const hours = seconds / HOUR;
  return seconds < HOUR ? t`${minutes} min` : t`${hours} h`;
}

export function HistoryCard({ of, series }: { of: Key | null; series: Series }) {
  const { clock } = useTime();
  const [chosen, choose] = useState('messages');
  const [span, setSpan] = useState(HOUR);
  const all = pictures();
  const picture = all.find((each) => each.id === chosen) ?? all[0];
  const stored = useStored(of, NAMES, span > HOUR ? span : null);
  const to = series.at.at(-1) ?? clock.seconds();
  const whole = useMemo(() => (stored ? followed(stored, series) : series), [stored, series]);
  const from = Math.max(whole.at[0] ?? to - 60, to - span);
  const shown = useMemo(() => since(whole, from), [whole, from]);
  if (!picture) return null;
  const { name } = picture;
  const newest = picture.curves
    .map((curve) => {
      const value = shown.values[curve.of]?.at(-1);
      return `${curve.name}: ${typeof value === 'number' ? picture.text(value) : t`unknown`}`;
    })
    .join(', ');
  const first = timeText(whole.at[0] ?? to, to);
  return (
    <Card
      name={t`History`}
      class="history"
      aside={
        <>
          <div class="segments" role="group" aria-label={t`Figure`}>
            {all.map(({ id, name }) => (
              <button
                key={id}
                type="button"
                aria-pressed={id === picture.id}
                onClick={() => {
                  choose(id);
                }}
              >
                {name}
              </button>
            ))}
          </div>
          <div class="segments" role="group" aria-label={t`Time`}>
            {SPANS.map((seconds) => (
              <button
                key={seconds}
                type="button"
                aria-pressed={seconds === span}
                onClick={() => {
                  setSpan(seconds);
                }}
              >
                {lengthText(seconds)}
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
        label={t`${name} over time. ${newest}`}
        text={picture.text}
      />
      {span > HOUR && (
        <p class="note" data-stored={stored !== null}>
          {stored === null
            ? t`Nothing older is in the store: this is since Sightline started.`
            : t`From the store, since ${first}.`}
        </p>
      )}
    </Card>
  );
}
