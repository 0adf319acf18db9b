/** The broker's figures of now, each with a small line of the last minutes. */
import { t } from '@lingui/core/macro';
import { timeText } from '../../app/ages';
import { useTime } from '../../app/context';
import { figure } from '../../things/broker/read';
import type { Broker } from '../../things/broker/read';
import { pointsOf } from '../../things/broker/series';
import type { Series } from '../../things/broker/series';
import { grouped } from '../../ui/numbers';
import { Spark } from '../../ui/spark';

interface Kpi {
  readonly name: string;
  readonly unit?: string;
  /** A small figure is told to a tenth. */
  readonly perSecond?: boolean;
  readonly colour: string;
  /** The name of its history. */
  readonly of: string;
  value(broker: Broker): number | undefined;
}

/** mosquitto's load figures are per minute. */
const PER_SECOND = 1 / 60;

/** As we count it from one figure to the next; until there are two, the broker's own mean. */
function rate(broker: Broker, counter: string, load: string): number | undefined {
  const own = figure(broker, `load/${load}/1min`);
  return broker.rates[counter] ?? (own === undefined ? undefined : own * PER_SECOND);
}

const DROPPED = 'publish/messages/dropped';

export const kpis = (): readonly Kpi[] => [
  {
    name: t`Received`,
    unit: t`msg/s`,
    perSecond: true,
    colour: 'c1',
    of: 'publish/messages/received/s',
    value: (broker) => rate(broker, 'publish/messages/received', 'publish/received'),
  },
  {
    name: t`Sent`,
    unit: t`msg/s`,
    perSecond: true,
    colour: 'c2',
    of: 'publish/messages/sent/s',
    value: (broker) => rate(broker, 'publish/messages/sent', 'publish/sent'),
  },
  {
    name: t`Clients`,
    colour: 'c5',
    of: 'clients/connected',
    value: (broker) => figure(broker, 'clients/connected'),
  },
  {
    name: t`Subscriptions`,
    colour: 'c8',
    of: 'subscriptions/count',
    value: (broker) => figure(broker, 'subscriptions/count'),
  },
  {
    name: t`Retained`,
    colour: 'c3',
    of: 'retained messages/count',
    value: (broker) => figure(broker, 'retained messages/count'),
  },
  {
    name: t`Dropped`,
    unit: t`since start`,
    colour: 'c6',
    of: DROPPED,
    value: (broker) => figure(broker, 'publish/messages/dropped'),
  },
];

export function Kpis({ broker, series }: { broker: Broker | undefined; series: Series }) {
  const { now } = useTime();
  const first = series.at[0];
  const since = first === undefined ? undefined : timeText(first, now.value);
  return (
    <dl class="kpis">
      {kpis().map((kpi) => {
        const value = broker && kpi.value(broker);
        const bad = kpi.of === DROPPED && (broker?.rates['publish/messages/dropped'] ?? 0) > 0;
        const points = pointsOf(series, kpi.of);
        return (
          <div key={kpi.name} class="card kpi" data-kpi={kpi.of}>
            <dt>{kpi.name}</dt>
            <dd data-tone={bad ? 'bad' : undefined}>
              {value === undefined ? (
                <span class="unknown">
                  –<span class="hidden">{t`unknown`}</span>
                </span>
              ) : (
                <>
                  {kpi.perSecond === true && value < 100
                    ? grouped(Number(value.toFixed(1)))
                    : grouped(Math.round(value))}
                  {kpi.unit !== undefined && <small>{kpi.unit}</small>}
                </>
              )}
            </dd>
            <dd class="line">
              <Spark
                fromZero={kpi.unit !== undefined}
                points={points}
                colour={bad ? 'bad' : kpi.colour}
                label={since === undefined ? kpi.name : t`${kpi.name} since ${since}`}
              />
            </dd>
          </div>
        );
      })}
    </dl>
  );
}
