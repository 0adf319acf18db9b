/** How the broker is: the figures that matter, over time; who is busy; our own state beside it. */
import { useEffect, useMemo, useState } from 'preact/hooks';
import { spanText, timeText } from '../../app/ages';
import { bytes, grouped } from '../../ui/numbers';
import { figure } from '../../things/broker/read';
import type { Broker } from '../../things/broker/read';
import { followed, pointsOf, since } from '../../things/broker/series';
import type { Series } from '../../things/broker/series';
import { readServer } from '../../things/server/read';
import { inOrder } from '../../console/topics';
import { keyOf } from '../../app/world';
import type { Key } from '../../app/world';
import { Chart } from './chart';
import type { Curve } from './chart';
import { useKind, useTime, useServer, useNavigation } from '../../app/context';
import { useConsole } from '../../console/context';
import { useCalmly } from '../../ui/hooks';
import { Fact, Facts, PresencePill } from '../../ui/facts';
import { useFigures, useStored } from '../../things/broker/figures';
import { Card } from '../../ui/section';
import { Spark } from '../../ui/spark';
import { linkText } from '../../things/server/status';
import { CertificateAlarm } from './certificate';
import { LogGlance } from './log';
import { QuarantineCard, RejectedCard } from './refused';
import { FiguresCard, NoFigures } from './sys';
import { SightlineCard } from './telemetry';

interface Kpi {
  readonly name: string;
  readonly unit?: string;
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

const KPIS: readonly Kpi[] = [
  {
    name: 'Received',
    unit: 'msg/s',
    colour: 'c1',
    of: 'publish/messages/received/s',
    value: (broker) => rate(broker, 'publish/messages/received', 'publish/received'),
  },
  {
    name: 'Sent',
    unit: 'msg/s',
    colour: 'c2',
    of: 'publish/messages/sent/s',
    value: (broker) => rate(broker, 'publish/messages/sent', 'publish/sent'),
  },
  {
    name: 'Clients',
    colour: 'c5',
    of: 'clients/connected',
    value: (broker) => figure(broker, 'clients/connected'),
  },
  {
    name: 'Subscriptions',
    colour: 'c8',
    of: 'subscriptions/count',
    value: (broker) => figure(broker, 'subscriptions/count'),
  },
  {
    name: 'Retained',
    colour: 'c3',
    of: 'retained messages/count',
    value: (broker) => figure(broker, 'retained messages/count'),
  },
  {
    name: 'Dropped',
    unit: 'since start',
    colour: 'c6',
    of: 'publish/messages/dropped',
    value: (broker) => figure(broker, 'publish/messages/dropped'),
  },
];

interface Picture {
  readonly name: string;
  readonly curves: readonly Curve[];
  text(value: number): string;
}

const perSecond = (value: number) =>
  value < 10 ? grouped(Number(value.toFixed(1))) : grouped(Math.round(value));

const PICTURES: readonly Picture[] = [
  {
    name: 'Messages',
    curves: [
      { of: 'publish/messages/received/s', name: 'received/s', colour: 'c1' },
      { of: 'publish/messages/sent/s', name: 'sent/s', colour: 'c2' },
    ],
    text: perSecond,
  },
  {
    name: 'Bytes',
    curves: [
      { of: 'bytes/received/s', name: 'received/s', colour: 'c1' },
      { of: 'bytes/sent/s', name: 'sent/s', colour: 'c2' },
    ],
    text: (value) => bytes(Math.round(value)),
  },
  {
    name: 'Clients',
    curves: [
      { of: 'clients/connected', name: 'connected', colour: 'c5' },
      { of: 'clients/disconnected', name: 'away', colour: 'c3' },
    ],
    text: grouped,
  },
  {
    name: 'Memory',
    curves: [{ of: 'heap/current', name: 'in use', colour: 'c7' }],
    text: (value) => bytes(Math.round(value)),
  },
];

const NAMES = [
  ...new Set([
    ...KPIS.map((kpi) => kpi.of),
    ...PICTURES.flatMap((picture) => picture.curves.map((curve) => curve.of)),
  ]),
];

export function Overview({
  brokers,
  broker,
}: {
  brokers: readonly Broker[];
  broker: Broker | undefined;
}) {
  const serverThing = useKind('server')[0];
  const server = serverThing && readServer(serverThing);
  const series = useFigures(broker ? keyOf('broker', broker.id) : null, NAMES);
  return (
    <>
      {server?.certificate && <CertificateAlarm certificate={server.certificate} />}
      {broker && broker.sysWhy.length > 0 && <NoFigures broker={broker} />}
      <Kpis broker={broker} series={series} />
      <div class="overview">
        <div>
          <HistoryCard of={broker ? keyOf('broker', broker.id) : null} series={series} />
          <LogGlance broker={broker} />
          {broker && <FiguresCard broker={broker} />}
        </div>
        <div>
          <BusiestCard broker={broker} />
          {brokers.map((each) => (
            <LinkCard key={each.id} broker={each} named={brokers.length > 1} />
          ))}
          {brokers.length === 0 && (
            <Card name="Connection">
              <p class="muted">Nothing is known about a broker yet.</p>
            </Card>
          )}
          <SightlineCard server={server} />
          <RejectedCard server={server} />
          <QuarantineCard />
        </div>
      </div>
    </>
  );
}

function Kpis({ broker, series }: { broker: Broker | undefined; series: Series }) {
  const { now } = useTime();
  const first = series.at[0];
  const from = first === undefined ? '' : ` since ${timeText(first, now.value)}`;
  return (
    <dl class="kpis">
      {KPIS.map((kpi) => {
        const value = broker && kpi.value(broker);
        const bad = kpi.name === 'Dropped' && (broker?.rates['publish/messages/dropped'] ?? 0) > 0;
        const points = pointsOf(series, kpi.of);
        return (
          <div key={kpi.name} class="card kpi" data-kpi={kpi.name}>
            <dt>{kpi.name}</dt>
            <dd data-tone={bad ? 'bad' : undefined}>
              {value === undefined ? (
                <span class="unknown">
                  –<span class="hidden">unknown</span>
                </span>
              ) : (
                <>
                  {kpi.unit === 'msg/s' && value < 100
                    ? value.toFixed(1)
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
                label={`${kpi.name}${from}`}
              />
            </dd>
          </div>
        );
      })}
    </dl>
  );
}

const HOUR = 3600;

/** Up to an hour as they were heard since the server's start; more than that from its store. */
const SPANS: readonly (readonly [name: string, seconds: number])[] = [
  ['5 min', 300],
  ['1 h', HOUR],
  ['24 h', 24 * HOUR],
  ['7 days', 7 * 24 * HOUR],
];

function HistoryCard({ of, series }: { of: Key | null; series: Series }) {
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

/** So many rows in the list of the busiest. */
const BUSIEST = 7;

/** The first level of the topic tree by its rate: what people look for first when it is loud. */
function BusiestCard({ broker }: { broker: Broker | undefined }) {
  const { connection } = useServer();
  const { go } = useNavigation();
  const consoleClient = useConsole();
  useCalmly(consoleClient, 200);
  const id = broker?.id;
  useEffect(() => {
    if (id === undefined) return;
    consoleClient.look({ broker: id, path: [], find: '', all: false });
    return () => {
      consoleClient.look(null);
    };
  }, [consoleClient, id]);
  const rows = inOrder(consoleClient.page?.children ?? [], 'rate').slice(0, BUSIEST);
  const most = Math.max(0.01, ...rows.map((row) => row.rate));
  return (
    <Card name="Busiest topics" aside={<span class="muted">msg/s</span>}>
      {consoleClient.trouble !== null ? (
        <p class="muted">{consoleClient.trouble}</p>
      ) : rows.length === 0 ? (
        <p class="muted">
          {connection.value.state === 'live' ? 'No message has been heard yet.' : 'Not known now.'}
        </p>
      ) : (
        <>
          <ul class="bars busy">
            {rows.map((row) => (
              <li key={row.name}>
                <code class="ellipsis">
                  {row.name === '' ? '(empty)' : row.name}
                  {row.children > 0 && (
                    <span class="muted">
                      /… {row.topics === 1 ? '1 topic' : `${grouped(row.topics)} topics`}
                    </span>
                  )}
                </code>
                <span>{row.rate.toFixed(row.rate < 10 ? 2 : 1)}</span>
                <i style={{ width: `${String(Math.max(0.5, (row.rate / most) * 100))}%` }} />
              </li>
            ))}
          </ul>
          <button
            type="button"
            class="button wide"
            onClick={() => {
              go('broker', 'topics');
            }}
          >
            Look through all {grouped(consoleClient.page?.topics ?? 0)} topics
          </button>
        </>
      )}
    </Card>
  );
}

function LinkCard({ broker, named }: { broker: Broker; named: boolean }) {
  const { now } = useTime();
  const { connection } = useServer();
  const { link } = broker;
  const known = connection.value.state === 'live';
  const presence =
    link.state === 'connected' ? 'live' : link.state === 'lost' ? 'offline' : 'stale';
  const word = { connected: 'Connected', connecting: 'Connecting', lost: 'Lost' }[link.state];
  return (
    <Card
      name={named ? `Connection to ${broker.id}` : 'Connection'}
      aside={<PresencePill presence={known ? presence : 'stale'} word={known ? word : 'Unknown'} />}
    >
      <p class={link.state === 'lost' ? 'said bad' : 'said'}>
        {known ? linkText(link, now.value) : 'Not known while the server cannot be heard.'}
      </p>
      <Facts>
        <Fact name="Address">
          <code>{link.address || 'unknown'}</code>
        </Fact>
        <Fact name="Protocol">
          {link.protocol ? `MQTT ${link.protocol}` : 'unknown'}, {link.tls ? 'TLS' : 'no TLS'}
        </Fact>
        {broker.version !== undefined && <Fact name="Program">{broker.version}</Fact>}
        {link.since !== undefined && (
          <Fact name={link.state === 'connected' ? 'Connected for' : 'For'}>
            {spanText(now.value - link.since)}
          </Fact>
        )}
        {link.tries !== undefined && link.tries > 0 && (
          <Fact name="Tries">{grouped(link.tries)}</Fact>
        )}
        {broker.refusals > 0 && (
          <Fact name="Sign-ins refused" tone="warn">
            {grouped(broker.refusals)}, as far as its log tells
          </Fact>
        )}
      </Facts>
    </Card>
  );
}
