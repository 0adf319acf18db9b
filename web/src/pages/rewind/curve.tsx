/** A number in the payloads of a topic over hours and days, as far back as it is recorded. */
import { plural, t } from '@lingui/core/macro';
import { useEffect, useState } from 'preact/hooks';
import { useServer } from '../../app/context';
import { Denied } from '../../net/api';
import { Chart } from '../broker/chart';
import { momentText } from '../../ui/times';
import { bounds, seriesOf, withPart } from './curves';
import type { Buckets } from './curves';

const HOUR = 3600;
const SPANS: readonly number[] = [HOUR, 6 * HOUR, 24 * HOUR, 7 * 24 * HOUR, 30 * 24 * HOUR];
/** Points of a curve, about: more than a chart has pixels would not be seen. */
const POINTS = 500;

function lengthText(seconds: number): string {
  const days = seconds / (24 * HOUR);
  const hours = seconds / HOUR;
  return days > 1 ? plural(days, { one: '# day', other: '# days' }) : t`${hours} h`;
}

export function PastCurve({
  topic,
  broker,
  fields,
  until,
}: {
  topic: string;
  broker: string | undefined;
  /** The numbers in the payload by their paths; "" is a payload that is a number. */
  fields: readonly string[];
  /** Its end, epoch seconds. */
  until: number;
}) {
  const [chosen, choose] = useState('');
  const [span, setSpan] = useState(6 * HOUR);
  const field = fields.includes(chosen) ? chosen : (fields[0] ?? '');
  const { buckets, reached, trouble } = useCurve(topic, broker, field, until - span, until);
  const between = bounds(buckets);
  const margin = between ? (between[1] - between[0]) * 0.08 || 1 : 0;
  const name = field === '' ? t`Value` : field;
  const series = seriesOf(buckets);
  const newest = series.values['last']?.at(-1) ?? undefined;
  return (
    <div class="past-curve">
      <div class="past-curve-tools">
        {fields.length > 1 && (
          <label class="pick">
            <span class="muted">{t`Field`}</span>
            <select
              value={field}
              onChange={(change) => {
                choose(change.currentTarget.value);
              }}
            >
              {fields.map((each) => (
                <option key={each} value={each}>
                  {each === '' ? t`Value` : each}
                </option>
              ))}
            </select>
          </label>
        )}
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
      </div>
      <Chart
        series={series}
        curves={[
          { of: 'last', name, colour: 'c1' },
          { of: 'high', name: t`Highest`, colour: 'faint' },
          { of: 'low', name: t`Lowest`, colour: 'faint' },
        ]}
        range={[until - span, until]}
        height={190}
        label={t`${name} until ${momentText(until)}. ${newest ?? t`unknown`}`}
        text={numberText}
        floor={between ? between[0] - margin : 0}
        ceiling={between ? between[1] + margin : 1}
      />
      <p class="note" role="status" data-points={buckets.size} data-complete={reached === null}>
        {trouble ??
          (reached === null
            ? buckets.size === 0 && t`No number in this time.`
            : t`Read up to ${momentText(reached)} …`)}
      </p>
    </div>
  );
}

function numberText(value: number): string {
  return String(Number(value.toPrecision(5)));
}

interface Growing {
  readonly buckets: Buckets;
  /** The time up to which it is read; null: all of it. */
  readonly reached: number | null;
  readonly trouble: string | null;
}

/** The curve of a field, which grows while the server reads on; given up when another is wanted. */
function useCurve(
  topic: string,
  broker: string | undefined,
  field: string,
  from: number,
  to: number,
): Growing {
  const { api } = useServer();
  const none: Growing = { buckets: new Map(), reached: from, trouble: null };
  const key = JSON.stringify([topic, broker, field, from, to]);
  const [known, setKnown] = useState<{ key: string; found: Growing } | null>(null);
  useEffect(() => {
    let over = false;
    const read = async () => {
      let buckets: Buckets = new Map();
      let after: string | undefined;
      const step = Math.max((to - from) / POINTS, 0.001);
      for (;;) {
        const part = await api.get('topics/curve', { topic, broker, field, from, to, step, after });
        if (over) return;
        buckets = withPart(buckets, part);
        const reached = part.complete ? null : part.reached;
        setKnown({ key, found: { buckets, reached, trouble: null } });
        after = part.after;
        if (after === undefined) return;
      }
    };
    read().catch((error: unknown) => {
      if (!(error instanceof Denied)) throw error;
      if (!over) setKnown({ key, found: { ...none, trouble: error.message } });
    });
    return () => {
      over = true;
    };
  }, [key]);
  return known?.key === key ? known.found : none;
}
