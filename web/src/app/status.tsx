/** How things stand: our connection to the server, and the server's connections to its brokers. */
import { CloudOff } from 'lucide';
import { ageText, timeText } from './ages';
import { BANNER_AFTER } from './app';
import { readBroker } from '../things/broker/read';
import type { Link } from '../things/broker/read';
import { useApp, useKind, useTicks } from './context';
import { Icon } from '../ui/icon';

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
  const { connection, past } = useApp();
  const now = connection.value;
  const [tone, word, title] =
    now.state === 'live' && past.past.value
      ? (['warn', 'Past', 'What is shown is not now'] as const)
      : now.state === 'live'
        ? (['ok', 'Live', 'Connected to the server'] as const)
        : now.state === 'connecting'
          ? (['wait', 'Connecting', 'Connecting to the server'] as const)
          : (['warn', 'Reconnecting', now.why] as const);
  return (
    <span class="state" data-tone={tone} title={title} role="status">
      <i />
      {word}
    </span>
  );
}

function BrokerPill() {
  const { connection, go } = useApp();
  const links = useKind('broker').map((thing) => readBroker(thing).link);
  if (links.length === 0) return null;
  const unknown = connection.value.state !== 'live';
  const worst =
    links.find((link) => link.state === 'lost') ??
    links.find((link) => link.state === 'connecting') ??
    links[0];
  if (!worst) return null;
  const tone = unknown
    ? 'unknown'
    : worst.state === 'connected'
      ? 'ok'
      : worst.state === 'lost'
        ? 'bad'
        : 'warn';
  const word = unknown || worst.state === 'connected' ? 'Broker' : `Broker ${worst.state}`;
  const title = unknown
    ? 'Unknown while the server cannot be heard'
    : `${worst.address}: ${worst.state}${worst.why === undefined ? '' : `, ${worst.why}`}`;
  return (
    <button
      type="button"
      class="state"
      data-tone={tone}
      title={title}
      data-broker={unknown ? 'unknown' : worst.state}
      onClick={() => {
        go('broker');
      }}
    >
      <i />
      {word}
      <span class="hidden">: {unknown ? 'unknown' : worst.state}</span>
    </button>
  );
}

/** What is wrong, at the top of the page: first our own connection, then the broker's. */
export function Banner() {
  const { connection, clock, socket } = useApp();
  const now = connection.value;
  const lost = now.state === 'lost';
  const broken = useKind('broker')
    .map(readBroker)
    .filter((broker) => broker.link.state === 'lost');
  useTicks(250, lost || broken.length > 0);
  if (lost) {
    const local = Date.now();
    if (local - now.since < BANNER_AFTER) return null;
    const seconds = now.nextTry === undefined ? 0 : Math.ceil((now.nextTry - local) / 1000);
    return (
      <div class="banner" role="alert" data-banner="connection">
        <Icon of={CloudOff} size={22} />
        <div>
          <b>{now.why}</b>
          <span>
            Showing what was known at {timeText(now.since / 1000, local / 1000)},{' '}
            {ageText((local - now.since) / 1000)} ago.{' '}
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
      </div>
    );
  }
  const broker = broken[0];
  if (now.state !== 'live' || !broker) return null;
  const { since } = broker.link;
  if (since !== undefined && (clock.live() - since) * 1000 < BANNER_AFTER) return null;
  return (
    <div class="banner" role="alert" data-banner="broker">
      <Icon of={CloudOff} size={22} />
      <div>
        <b>
          Broker lost
          {broker.link.address && `: ${broker.link.address}`}
        </b>
        <span>{linkText(broker.link, clock.live())}</span>
      </div>
    </div>
  );
}

/** The state of a broker connection in a sentence or two. `now` is server time in seconds. */
export function linkText(link: Link, now: number): string {
  const since = link.since === undefined ? '' : ` since ${timeText(link.since, now)}`;
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
