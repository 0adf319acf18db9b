/** The brokers: our connection to each, what they say about themselves, and what could not be read. */
import { useEffect, useMemo, useState } from 'preact/hooks';
import { ageText, fineAgeText, spanText, timeText } from '../ages';
import { bytes, grouped } from '../figures';
import { figure, readBroker } from '../kinds/broker/read';
import type { Broker } from '../kinds/broker/read';
import { readQuarantined, readServer } from '../kinds/server/read';
import type { Quarantined, ServerState } from '../kinds/server/read';
import { Refused } from '../helm';
import { CopyButton } from './copy';
import { useApp, useKind } from './context';
import { Fact, Facts, PresencePill } from './facts';
import { Samples } from './samples';
import { Card, SectionPage } from './section';
import { Spark } from './spark';
import { linkText } from './status';

interface Kpi {
  readonly name: string;
  readonly unit: string;
  readonly colour: string;
  value(brokers: readonly Broker[], server: ServerState | undefined): number | undefined;
}

const sum = (brokers: readonly Broker[], name: string, scale = 1) => {
  const values = brokers.flatMap((broker) => figure(broker, name) ?? []);
  return values.length === 0 ? undefined : values.reduce((a, b) => a + b, 0) * scale;
};

/** mosquitto's load figures are per minute. */
const PER_SECOND = 1 / 60;

const KPIS: readonly Kpi[] = [
  { name: 'Read by us', unit: 'msg/s', colour: 'c1', value: (_, server) => server?.rate },
  {
    name: 'Into broker',
    unit: 'msg/s',
    colour: 'c8',
    value: (brokers) => sum(brokers, 'load/messages/received/1min', PER_SECOND),
  },
  {
    name: 'Out of broker',
    unit: 'msg/s',
    colour: 'c2',
    value: (brokers) => sum(brokers, 'load/messages/sent/1min', PER_SECOND),
  },
  {
    name: 'Clients',
    unit: '',
    colour: 'c5',
    value: (brokers) => sum(brokers, 'clients/connected'),
  },
  {
    name: 'Retained',
    unit: '',
    colour: 'c3',
    value: (brokers) => sum(brokers, 'retained messages/count'),
  },
  {
    name: 'Dropped',
    unit: '',
    colour: 'c6',
    value: (brokers, server) => {
      const dropped = sum(brokers, 'publish/messages/dropped');
      return dropped === undefined && server?.overflow === undefined
        ? undefined
        : (dropped ?? 0) + (server?.overflow ?? 0);
    },
  },
];

/** Outlives the page of this section, so that the lines are there when one comes back. */
const samples = new Samples();

export function BrokerPage() {
  const { clock } = useApp();
  const brokers = useKind('broker').map(readBroker);
  const serverThing = useKind('server')[0];
  const server = serverThing && readServer(serverThing);
  const now = clock.seconds();
  for (const kpi of KPIS) {
    const value = kpi.value(brokers, server);
    if (value !== undefined) samples.add(kpi.name, Math.floor(now), value);
  }
  const first = brokers[0];
  const about =
    brokers.length === 1 && first
      ? [
          (first.version ?? '').replace(' version', ''),
          first.link.address && `at ${first.link.address}`,
          first.uptime !== undefined && `up ${spanText(first.uptime)}`,
        ]
          .filter(Boolean)
          .join(' · ')
      : `${String(brokers.length)} brokers`;
  return (
    <SectionPage name="Broker" class="brokers" about={brokers.length > 0 ? about : undefined}>
      <dl class="kpis">
        {KPIS.map((kpi) => {
          const value = kpi.value(brokers, server);
          return (
            <div key={kpi.name} class="card kpi">
              <dt>{kpi.name}</dt>
              <dd>
                {value === undefined ? (
                  <span class="unknown">–</span>
                ) : (
                  <>
                    {kpi.unit ? value.toFixed(value < 100 ? 1 : 0) : grouped(value)}
                    {kpi.unit && <small>{kpi.unit}</small>}
                  </>
                )}
              </dd>
              <dd class="line">
                <Spark
                  points={samples.of(kpi.name)}
                  colour={kpi.colour}
                  label={`${kpi.name} while this section was open`}
                />
              </dd>
            </div>
          );
        })}
      </dl>
      <div class="columns">
        <div>
          {brokers.map((broker) => (
            <LinkCard key={broker.id} broker={broker} named={brokers.length > 1} />
          ))}
          {brokers.length === 0 && (
            <Card name="Connection">
              <p class="muted">Nothing is known about a broker yet.</p>
            </Card>
          )}
          <ThisPageCard />
          <RejectedCard server={server} />
        </div>
        <div>
          <QuarantineCard />
          {brokers.map((broker) => (
            <FiguresCard key={broker.id} broker={broker} named={brokers.length > 1} />
          ))}
        </div>
      </div>
    </SectionPage>
  );
}

function LinkCard({ broker, named }: { broker: Broker; named: boolean }) {
  const { connection, now } = useApp();
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
        {link.since !== undefined && (
          <Fact name={link.state === 'connected' ? 'Connected for' : 'For'}>
            {spanText(now.value - link.since)}
          </Fact>
        )}
        {link.tries !== undefined && <Fact name="Tries">{grouped(link.tries)}</Fact>}
      </Facts>
    </Card>
  );
}

/** How often this page measures the way to the server and back, in milliseconds. */
const PING_EVERY = 5000;

function ThisPageCard() {
  const { connection, helm, socket, world, clock } = useApp();
  const [ping, setPing] = useState<string>('…');
  const live = connection.value.state === 'live';
  useEffect(() => {
    if (!live) return;
    const measure = () => {
      const start = performance.now();
      helm.ask('ping').then(
        () => {
          setPing(`${(performance.now() - start).toFixed(1)} ms`);
        },
        (error: unknown) => {
          setPing(error instanceof Refused ? error.message : 'failed');
        },
      );
    };
    measure();
    const timer = setInterval(measure, PING_EVERY);
    return () => {
      clearInterval(timer);
    };
  }, [live, helm]);
  const hello = socket.hello;
  const serverThing = useKind('server')[0];
  const server = serverThing && readServer(serverThing);
  return (
    <Card name="Server and this page">
      <Facts>
        <Fact name="Round trip">{live ? ping : 'no connection'}</Fact>
        {server?.lag !== undefined && (
          <Fact name="Server’s lag" tone={server.lag > 50 ? 'warn' : undefined}>
            {server.lag.toFixed(1)} ms <span class="muted">worst of the last second</span>
          </Fact>
        )}
        {server?.viewers !== undefined && <Fact name="Pages open">{grouped(server.viewers)}</Fact>}
        {server?.received !== undefined && (
          <Fact name="Messages">
            {grouped(server.received)} received
            {server.accepted !== undefined && `, ${grouped(server.accepted)} understood`}
          </Fact>
        )}
        {server?.overflow !== undefined && server.overflow > 0 && (
          <Fact name="Overflow" tone="bad">
            {grouped(server.overflow)} messages dropped because the server’s queue was full
          </Fact>
        )}
        {hello && (
          <Fact name="You are">
            {hello.user.name}, {hello.user.role}
          </Fact>
        )}
        <Fact name="Clocks">
          {Math.abs(clock.offset) < 1000
            ? 'agree to a second'
            : `this computer is ${spanText(Math.abs(clock.offset) / 1000)} ${clock.offset > 0 ? 'behind' : 'ahead'}`}
        </Fact>
        <Fact name="Cursor">
          <code>
            {world.cursor.epoch ?? 'none'} / {world.cursor.seq}
          </code>
        </Fact>
      </Facts>
    </Card>
  );
}

function RejectedCard({ server }: { server: ServerState | undefined }) {
  const rejected = server?.rejected ?? [];
  const most = rejected[0]?.[1] ?? 1;
  const total = rejected.reduce((all, [, count]) => all + count, 0);
  return (
    <Card name="Rejected" aside={<span class="muted number">{grouped(total)}</span>}>
      {rejected.length === 0 ? (
        <p class="muted">Every message so far was understood.</p>
      ) : (
        <ul class="bars">
          {rejected.map(([reason, count]) => (
            <li key={reason}>
              <code>{reason}</code>
              <span>{grouped(count)}</span>
              <i style={{ width: `${String(Math.max(1, (count / most) * 100))}%` }} />
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

function QuarantineCard() {
  const { now, world } = useApp();
  const items = useKind('quarantine')
    .map(readQuarantined)
    .sort((a, b) => b.n - a.n);
  const missed = world.missed.get('quarantine') ?? 0;
  return (
    <Card
      name="Quarantine"
      class="quarantine"
      aside={
        items.length > 0 && (
          <span class="muted">
            {items.length === 1 ? 'the last message' : `the last ${String(items.length)} messages`}{' '}
            that could not be read
          </span>
        )
      }
    >
      {items.length === 0 ? (
        <p class="muted">Empty. What cannot be read is kept here to be looked at.</p>
      ) : (
        <ol tabIndex={0} aria-label="Messages in quarantine">
          {items.map((item) => (
            <Held key={item.n} item={item} now={now.value} />
          ))}
        </ol>
      )}
      {missed > 0 && <p class="note">{grouped(missed)} more passed while this page was away.</p>}
    </Card>
  );
}

function Held({ item, now }: { item: Quarantined; now: number }) {
  return (
    <li>
      <div>
        <span class="tag warn">{item.counter}</span>
        <code class="ellipsis" title={item.topic}>
          {item.topic}
        </code>
        <span class="muted number">
          {item.at === undefined ? (
            ''
          ) : (
            <time title={timeText(item.at, now)}>{ageText(now - item.at)}</time>
          )}
        </span>
        <CopyButton text={item.head} label="Copy the head of the payload" />
      </div>
      <p>{item.why}</p>
      <pre>{item.head}</pre>
      {item.size !== undefined && item.size > item.head.length && (
        <p class="note">
          The first {item.head.length} of {bytes(item.size)}.
        </p>
      )}
    </li>
  );
}

function FiguresCard({ broker, named }: { broker: Broker; named: boolean }) {
  const { clock } = useApp();
  const rows = useMemo(() => Object.keys(broker.sys).sort(), [broker]);
  return (
    <Card
      name={named ? `$SYS of ${broker.id}` : 'What the broker says'}
      class="figures"
      aside={
        <span class="muted">
          $SYS/broker
          {broker.sysAt !== undefined && `, ${fineAgeText(clock.seconds() - broker.sysAt)} ago`}
        </span>
      }
    >
      {rows.length === 0 ? (
        <p class="muted">Nothing yet. Some brokers publish no figures, or not to everybody.</p>
      ) : (
        <dl>
          {rows.map((name) => {
            const value = broker.sys[name];
            return (
              <div key={name}>
                <dt>
                  <code>{name}</code>
                </dt>
                <dd>{typeof value === 'number' ? grouped(value) : value}</dd>
              </div>
            );
          })}
        </dl>
      )}
    </Card>
  );
}
