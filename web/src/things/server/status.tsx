/** How things stand: our connection to the server, and the server's connections to its brokers. */
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
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
      ? (['warn', t`Past`, t`What is shown is not now`] as const)
      : now.state === 'live' && paused === 'brokers'
        ? ([
            'warn',
            asOfText(asOf, clock.live()),
            t`The server is there, but its broker is lost`,
          ] as const)
        : now.state === 'live'
          ? now.polling
            ? (['warn', t`Live by polling`, t`The WebSocket is blocked on the way`] as const)
            : (['ok', t`Live`, t`Connected to the server`] as const)
          : now.state === 'connecting'
            ? (['wait', t`Connecting`, t`Connecting to the server`] as const)
            : (['warn', t`Reconnecting`, now.why] as const);
  return (
    <span class="state" data-tone={tone} data-state={now.state} title={title}>
      <i />
      {word}
    </span>
  );
}

const brokerWords = () => ({
  connected: { pill: t`Broker`, state: t`connected` },
  connecting: { pill: t`Broker connecting`, state: t`connecting` },
  lost: { pill: t`Broker lost`, state: t`lost` },
});

/** How a connection stands, in a word. */
export function linkWord(link: Link): string {
  return brokerWords()[link.state].state;
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
  const words = brokerWords();
  const word = unknown ? t`Broker` : words[state].pill;
  const title = unknown
    ? t`Unknown while the server cannot be heard`
    : [`${gravest.address}: ${words[state].state}`, gravest.why].filter(Boolean).join(', ');
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
      <span class="hidden">: {unknown ? t`unknown` : words[state].state}</span>
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
    <section class="banner" aria-label={t`Connection`} data-banner="connection">
      <Icon of={CloudOff} size={22} />
      <div>
        <b>{lost.why}</b>
        <span>
          {asOfText(clock.serverTime(lost.heard), clock.live())}.{' '}
          {seconds > 0 ? t`Trying again in ${seconds} s.` : t`Trying now.`}
        </span>
      </div>
      <button
        type="button"
        class="button"
        onClick={() => {
          socket.retry();
        }}
      >{t`Retry now`}</button>
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
  const { address } = broker.link;
  return (
    <section class="banner" aria-label={t`Connection to the broker`} data-banner="broker">
      <Icon of={CloudOff} size={22} />
      <div>
        <b>
          {address === '' ? t`Broker lost` : t`Broker lost: ${address}`}
          {asOf !== undefined && `. ${asOfText(asOf, now)}`}
        </b>
        <span>
          {linkText(broker.link, now)} <DocLink to="brokerLost">{t`What to do`}</DocLink>
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
        <b>{t`The WebSocket is blocked on the way, by a proxy perhaps.`}</b>
        <span>
          <Trans>
            News come all the same, a moment later. Driving and the console’s subscriptions need it;
            robots can be stopped. <DocLink to="https">What a proxy must pass on</DocLink>
          </Trans>
        </span>
      </div>
      <button
        type="button"
        class="icon-button"
        aria-label={t`Close`}
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
        <span>{t`Positions are in the order of the phones’ own clocks. Set the server’s clock right.`}</span>
      </div>
    </div>
  );
}

/** The state of a broker connection in a sentence or two. `now` is server time in seconds. */
export function linkText(link: Link, now: number): string {
  const why = link.why === undefined ? '' : sentence(link.why);
  return [
    standsText(link, now),
    ...(link.mute || link.state === 'connected' ? [] : [why, nextText(link, now)]),
  ]
    .filter(Boolean)
    .join(' ');
}

function standsText(link: Link, now: number): string {
  const since = link.since === 0 ? '' : timeText(link.since, now);
  if (link.mute) {
    return since === ''
      ? t`No news from it. It is reached again, but nothing came from it yet.`
      : t`No news from it since ${since}. It is reached again, but nothing came from it yet.`;
  }
  switch (link.state) {
    case 'connected':
      return since === '' ? t`Connected.` : t`Connected since ${since}.`;
    case 'connecting':
      return since === '' ? t`Connecting.` : t`Connecting since ${since}.`;
    default:
      return since === '' ? t`No news from it.` : t`No news from it since ${since}.`;
  }
}

function nextText({ state, next }: Link, now: number): string {
  if (state !== 'lost' || next === undefined) return '';
  if (next <= now) return t`Trying now.`;
  const wait = ageText(Math.ceil(next - now));
  return t`Next try in ${wait}.`;
}

function sentence(text: string): string {
  const trimmed = text.trim();
  const start = trimmed.charAt(0).toUpperCase() + trimmed.slice(1);
  return /[.!?]$/.test(start) ? start : `${start}.`;
}
