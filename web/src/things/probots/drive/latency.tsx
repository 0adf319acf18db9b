/** The robot's round trips over time. */
import { t } from '@lingui/core/macro';
import { useState } from 'preact/hooks';
import { spanText } from '../../../app/ages';
import { useThing, useTime } from '../../../app/context';
import { keyOf } from '../../../app/world';
import { Card } from '../../../ui/section';
import type { SparkPoint } from '../../../ui/spark';
import { readBroker } from '../../broker/read';
import { latencyClass } from '../read';
import type { ProBot } from '../read';
import { Chart } from './chart';
import { useDriving } from './context';
import { SpanPick } from './span';
import { before, HOURS } from './storedhours';
import type { Stored } from './storedhours';

/** What the charts may show, in seconds; the first of each is shown first. */
const LATENCY_SPANS = [120, 3600, HOURS];

export function LatencyCard({ robot, stored }: { robot: ProBot; stored: Stored }) {
  const { clock, now } = useTime();
  const { history } = useDriving();
  void now.value;
  const [span, setSpan] = useState(LATENCY_SPANS[0] ?? 120);
  const broker = useThing(keyOf('broker', robot.source));
  const trip = broker && readBroker(broker).trip;
  const own = () => before(stored.latency, history.latency.of(robot.id));
  const from = clock.seconds() - span;
  const p95 = percentile(
    own().filter((point) => point.at >= from),
    0.95,
  );
  return (
    <Card
      name={t`Latency`}
      class="figure"
      aside={<SpanPick of={LATENCY_SPANS} value={span} set={setSpan} />}
    >
      <div class="big">
        <p>
          <b>{robot.roundTrip === undefined ? '–' : Math.round(robot.roundTrip)}</b>
          <small>{t`ms`}</small>
          <span class="key" style={{ '--c': 'var(--accent)' }}>{t`robot’s own`}</span>
        </p>
        <p>
          <b class="lesser">{trip === undefined ? '–' : trip < 10 ? trip : Math.round(trip)}</b>
          <small>{t`ms`}</small>
          <span class="key" style={{ '--c': 'var(--accent-2)' }}>{t`broker and back`}</span>
        </p>
        {p95 !== undefined && <em>{t`p95 ${Math.round(p95)} ms, ${latencyClass(p95)}`}</em>}
      </div>
      <Chart
        span={span}
        label={t`Round trips of the last ${spanText(span)}`}
        lines={() => [
          { name: 'robot', colour: 'accent', points: own() },
          {
            name: 'broker',
            colour: 'accent-2',
            points: before(stored.trip, history.trip.of(robot.source)),
          },
        ]}
      />
    </Card>
  );
}

/** Of a list of points, the value below which so great a part of them lies. */
export function percentile(points: readonly SparkPoint[], part: number): number | undefined {
  const values = points.map((point) => point.value).sort((a, b) => a - b);
  return values[Math.min(values.length - 1, Math.floor(values.length * part))];
}
