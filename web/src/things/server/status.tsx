/** How things stand: our connection to the server, and the server's connections to its brokers. */
import { Clock, CloudOff, X } from 'lucide';
import { useState } from 'preact/hooks';
import { ageText, timeText } from '../../app/ages';
import { readBroker } from '../broker/read';
import type { Link } from '../broker/read';
import { asOfText } from '../freshnesstext';
import { isLost } from '../links';
import { readServer } from './read';
import type { Connection } from '../../net/socket';
import { keyOf } from '../../app/world';
import { useKind, useThing, useTime, useServer, useNavigation } from '../../app/context';
import { useRoster } from '../context';
import { usePast } from '../../past/context';
import { useTicks } from '../../ui/hooks';
import { DocLink } from '../../ui/doclink';
import { Icon } from '../../ui/icon';

/** The banner waits so long, in milliseconds, in case the connection is back at once. */
export const BANNER_AFTER = 2000;

/** Two words that are always there: the page's connection, and the broker's. */
export function Status() {
  return (
    <span class="status">
      <ConnectionPill />
      <BrokerPill />
    </span>
  );
}

function ConnectionPill() {
  const { clock } = useTime();
  const { connection } = useServer();
  const { whole } = useRoster();
  const past = usePast();
  const now = connection.value;
  const { paused, asOf } = whole.value;
  const [tone, word, title] =
    now.state === 'live' && past.past.value
      ? (['warn', 'Past', 'What is shown is not now'] as const)
      : now.state === 'live' && paused === 'brokers'
        ? ([
            'warn',
            asOfText(asOf, clock.live()),
            'The server is there, but its broker is lost',
          ] as const)
        : now.state === 'live'
          ? now.polling
            ? (['warn', 'Live by polling', 'The WebSocket is blocked on the way'] as const)
            : (['ok', 'Live', 'Connected to the server'] as const)
          : now.state === 'connecting'
            ? (['wait', 'Connecting', 'Connecting to the server'] as const)
            : (['warn', 'Reconnecting', now.why] as const);
  return (
    <span class="state" data-tone={tone} data-state={now.state} title={title}>
      <i />
      {word}
    </span>
  );
}

function BrokerPill() {
  const { connection } = useServer();
  const { go } = useNavigation();
  const links = useKind('broker').map((thing) => readBroker(thing).link);
  if (links.length === 0) return null;
  const unknown = connection.value.state !== 'live';
  const gravest =
    links.find(isLost) ?? links.find((link) => link.state === 'connecting') ?? links[0];
  if (!gravest) return null;
  const state = isLost(gravest) ? 'lost' : gravest.state;
  const tone = unknown
    ? 'unknown'
    : state === 'connected'
      ? 'ok'
      : state === 'lost'
        ? 'bad'
        : 'warn';
  const word = unknown || state === 'connected' ? 'Broker' : `Broker ${state}`;
  const title = unknown
    ? 'Unknown while the server cannot be heard'
    : `${gravest.address}: ${state}${gravest.why === undefined ? '' : `, ${gravest.why}`}`;
  return (
    <button
      type="button"
      class="state"
      data-tone={tone}
      title={title}
      data-broker={unknown ? 'unknown' : state}
      onClick={() => {
        go('broker');
      }}
    >
      <i />
      {word}
      <span class="hidden">: {unknown ? 'unknown' : state}</span>
    </button>
  );
}

/**
 * What is wrong, at the top of the page: first our own connection, then the broker's, then the
 * server's clock. What is said of connections is spoken by `LinkAnnouncer`, once.
 */
export function Banner() {
  const { connection } = useServer();
  const { links } = useRoster();
  const server = useThing(keyOf('server', 'sightline'));
  const now = connection.value;
  if (now.state === 'lost') return <ConnectionBanner lost={now} />;
  if (now.state !== 'live') return null;
  if (links.value.brokers.size > 0) return <BrokerBanner />;
  if (now.polling) return <PollingBanner since={now.since} />;
  const why = server && readServer(server).clock_why;
  return why === undefined ? null : <ClockBanner why={why} />;
}

function ConnectionBanner({ lost }: { lost: Extract<Connection, { state: 'lost' }> }) {
  const { socket } = useServer();
  const { clock } = useTime();
  useTicks(250, true);
  const local = Date.now();
  if (local - lost.since < BANNER_AFTER) return null;
  const seconds = lost.nextTry === undefined ? 0 : Math.ceil((lost.nextTry - local) / 1000);
  return (
    <section class="banner" aria-label="Connection" data-banner="connection">
      <Icon of={CloudOff} size={22} />
      <div>
        <b>{lost.why}</b>
        <span>
          {asOfText(clock.serverTime(lost.heard), clock.live())}.{' '}
          {seconds > 0 ? `Trying again in ${String(seconds)} s.` : 'Trying now.'}
        </span>
      </div>
      <button
        type="button"
        class="button"
        onClick={() => {
          socket.retry();
        }}
      >
        Retry now
      </button>
    </section>
  );
}

/** A broker is lost: since when, and the next try. */
function BrokerBanner() {
  const { clock } = useTime();
  const { links } = useRoster();
  const lost = useKind('broker')
    .map(readBroker)
    .filter((broker) => isLost(broker.link));
  useTicks(250, true);
  const broker = lost[0];
  const now = clock.live();
  const since = broker?.link.since;
  if (!broker || (since !== undefined && (now - since) * 1000 < BANNER_AFTER)) return null;
  const asOf = links.value.brokers.get(broker.id);
  return (
    <section class="banner" aria-label="Connection to the broker" data-banner="broker">
      <Icon of={CloudOff} size={22} />
      <div>
        <b>
          Broker lost
          {broker.link.address && `: ${broker.link.address}`}
          {asOf !== undefined && `. ${asOfText(asOf, now)}`}
        </b>
        <span>
          {linkText(broker.link, now)} <DocLink to="brokerLost">What to do</DocLink>
        </span>
      </div>
    </section>
  );
}

/** HTTP passes and the WebSocket does not: news come a little later, and robots are not driven. */
function PollingBanner({ since }: { since: number }) {
  useTicks(1000, true);
  // It may last for as long as they are behind that proxy, and lies over what they came for.
  const [closed, setClosed] = useState(false);
  if (closed || Date.now() - since < BANNER_AFTER) return null;
  return (
    <div class="banner" data-banner="polling" role="status">
      <Icon of={CloudOff} size={22} />
      <div>
        <b>The WebSocket is blocked on the way, by a proxy perhaps.</b>
        <span>
          News come all the same, a moment later. Driving and the console’s subscriptions need it;
          robots can be stopped. <DocLink to="https">What a proxy must pass on</DocLink>
        </span>
      </div>
      <button
        type="button"
        class="icon-button"
        aria-label="Close"
        onClick={() => {
          setClosed(true);
        }}
      >
        <Icon of={X} />
      </button>
    </div>
  );
}

function ClockBanner({ why }: { why: string }) {
  return (
    <div class="banner" data-banner="clock" role="status">
      <Icon of={Clock} size={22} />
      <div>
        <b>{why}</b>
        <span>
          Positions are in the order of the phones’ own clocks. Set the server’s clock right.
        </span>
      </div>
    </div>
  );
}

/** The state of a broker connection in a sentence or two. `now` is server time in seconds. */
export function linkText(link: Link, now: number): string {
  const since = link.since === 0 ? '' : ` since ${timeText(link.since, now)}`;
  if (link.mute)
    return `No news from it${since}. It is reached again, but nothing came from it yet.`;
  if (link.state === 'connected') return `Connected${since}.`;
  const why = link.why === undefined ? '' : ` ${sentence(link.why)}`;
  if (link.state === 'connecting') return `Connecting${since}.${why}`;
  const next =
    link.next === undefined
      ? ''
      : link.next > now
        ? ` Next try in ${ageText(Math.ceil(link.next - now))}.`
        : ' Trying now.';
  return `No news from it${since}.${why}${next}`;
}

function sentence(text: string): string {
  const trimmed = text.trim();
  const start = trimmed.charAt(0).toUpperCase() + trimmed.slice(1);
  return /[.!?]$/.test(start) ? start : `${start}.`;
}
