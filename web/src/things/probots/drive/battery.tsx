/** The robot's battery over time, and how long it lasts. */
import { t } from '@lingui/core/macro';
import { useState } from 'preact/hooks';
import { spanText } from '../../../app/ages';
import { useTime } from '../../../app/context';
import { Card } from '../../../ui/section';
import type { SparkPoint } from '../../../ui/spark';
import type { ProBot } from '../read';
import { Chart } from './chart';
import { useDriving } from './context';
import { SpanPick } from './span';
import { before, HOURS } from './storedhours';
import type { Stored } from './storedhours';
import { fixed } from '../../../ui/numbers';

const BATTERY_SPANS = [HOURS, 600];

/** How fast a battery empties is told from its last so many seconds. */
const EMPTYING = 600;

export function BatteryCard({ robot, stored }: { robot: ProBot; stored: Stored }) {
  const { clock, now } = useTime();
  const { history } = useDriving();
  void now.value;
  const [span, setSpan] = useState(BATTERY_SPANS[0] ?? EMPTYING);
  const points = () => before(stored.battery, history.battery.of(robot.id));
  const from = clock.seconds() - EMPTYING;
  const length = spanText(span);
  const fall = fallPerMinute(points().filter((point) => point.at >= from));
  return (
    <Card
      name={t`Battery`}
      class="figure"
      aside={<SpanPick of={BATTERY_SPANS} value={span} set={setSpan} />}
    >
      <div class="big">
        <p>
          <b data-tone={robot.battery !== undefined && robot.battery < 20 ? 'bad' : undefined}>
            {robot.battery === undefined ? '–' : Math.round(robot.battery)}
          </b>
          <small>%</small>
        </p>
        {fall !== undefined && fall > 0.02 && <em>{emptyingText(fall, robot.battery)}</em>}
      </div>
      <Chart
        span={span}
        top={100}
        label={t`Battery of the last ${length}`}
        lines={() => [{ name: 'battery', colour: 'ok', points: points() }]}
      />
    </Card>
  );
}

/** How fast it empties, in percent per minute, and how long it lasts at that. */
function emptyingText(fall: number, battery: number | undefined): string {
  const rate = fixed(fall, 1);
  if (battery === undefined) return t`−${rate} %/min`;
  const left = spanText((battery / fall) * 60);
  return t`−${rate} %/min, about ${left} left`;
}

/** How fast a battery empties, in percent per minute; undefined while that cannot be said. */
export function fallPerMinute(points: readonly SparkPoint[]): number | undefined {
  const first = points[0];
  const last = points.at(-1);
  if (!first || !last || last.at - first.at < 60) return undefined;
  return ((first.value - last.value) / (last.at - first.at)) * 60;
}
