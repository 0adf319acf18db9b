/** What is known of a client, in words. */
import { timeText } from '../../app/ages';
import type { Client } from '../../things/broker/clients';
import type { Broker } from '../../things/broker/read';
import { grouped } from '../../ui/numbers';

export function nobody(broker: Broker | undefined, all: number): string {
  if (all > 0) return 'No client is like that.';
  return broker?.log_lines === undefined
    ? 'Clients are known by the broker’s log alone, and none of it has been heard: see Log.'
    : 'The log has not spoken of any client yet.';
}

/** Since when it is there, or how long it has been gone; honest when that is not known. */
export function sinceText(client: Client, logSince: number | undefined, now: number): string {
  if (client.state === 'gone') {
    return client.left_at === undefined ? 'gone' : `left ${timeText(client.left_at, now)}`;
  }
  if (client.state === 'unknown') return 'unknown';
  if (client.since !== undefined) return timeText(client.since, now);
  return logSince === undefined ? 'before we listened' : `before ${shortTime(logSince, now)}`;
}

function shortTime(at: number, now: number): string {
  return timeText(at, now).replace(/^(\d\d:\d\d):\d\d$/, '$1');
}

export function sessionText(client: Client): string {
  const parts = [
    client.clean === undefined ? '' : client.clean ? 'clean' : 'kept',
    client.keepalive === undefined
      ? ''
      : client.keepalive === 0
        ? 'no keepalive'
        : `${String(client.keepalive)} s`,
  ];
  return parts.filter(Boolean).join(' · ');
}

/** Why clients left, in words by their number; the order in which equal ones are told. */
const LEAVINGS: Readonly<Record<string, readonly [one: string, more: string]>> = {
  silent: ['1 keep-alive timeout', '# keep-alive timeouts'],
  cut: ['1 connection cut', '# connections cut'],
  'taken over': ['1 taken over by the same id', '# taken over by the same id'],
  refused: ['1 refused', '# refused'],
  protocol: ['1 protocol error', '# protocol errors'],
  asked: ['1 signed off', '# signed off'],
  other: ['1 for another reason', '# for other reasons'],
};

/** "12 disconnected: 7 keep-alive timeouts, 5 signed off"; null when nobody is. */
export function leftText(clients: readonly Client[]): string | null {
  const gone = clients.filter((client) => client.state === 'gone');
  if (gone.length === 0) return null;
  const counts = new Map<string, number>();
  for (const { left = 'other' } of gone) {
    const reason = left in LEAVINGS ? left : 'other';
    counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }
  const order = Object.keys(LEAVINGS);
  const reasons = [...counts]
    .sort(([a, some], [b, others]) => others - some || order.indexOf(a) - order.indexOf(b))
    .map(([reason, count]) => {
      const [one, more] = LEAVINGS[reason] ?? ['', ''];
      return count === 1 ? one : more.replace('#', grouped(count));
    });
  return `${grouped(gone.length)} disconnected: ${reasons.join(', ')}`;
}
