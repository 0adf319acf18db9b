/** What is known of a client, in words. */
import { plural, t } from '@lingui/core/macro';
import { timeText } from '../../app/ages';
import type { Client } from '../../things/broker/clients';
import type { Broker } from '../../things/broker/read';
import { secondsText } from '../../app/ages';

export function nobody(broker: Broker | undefined, all: number): string {
  if (all > 0) return t`No client is like that.`;
  return broker?.log_lines === undefined
    ? t`Clients are known by the broker’s log alone, and none of it has been heard: see Log.`
    : t`The log has not spoken of any client yet.`;
}

/** Whether it is connected, in a word. */
export function stateText({ state }: Client): string {
  return { connected: t`connected`, gone: t`gone`, unknown: t`unknown` }[state];
}

/** Since when it is there, or how long it has been gone; honest when that is not known. */
export function sinceText(client: Client, logSince: number | undefined, now: number): string {
  if (client.state === 'gone') {
    return client.left_at === undefined ? t`gone` : t`left ${timeText(client.left_at, now)}`;
  }
  if (client.state === 'unknown') return t`unknown`;
  if (client.since !== undefined) return timeText(client.since, now);
  return logSince === undefined ? t`before we listened` : t`before ${shortTime(logSince, now)}`;
}

function shortTime(at: number, now: number): string {
  return timeText(at, now).replace(/^(\d\d:\d\d):\d\d$/, '$1');
}

export function sessionText(client: Client): string {
  const parts = [
    client.clean === undefined ? '' : client.clean ? t`clean` : t`kept`,
    client.keepalive === undefined
      ? ''
      : client.keepalive === 0
        ? t`no keepalive`
        : secondsText(client.keepalive),
  ];
  return parts.filter(Boolean).join(' · ');
}

/** Why clients left, in words by their number; the order in which equal ones are told. */
const LEAVINGS: Readonly<Record<string, (count: number) => string>> = {
  silent: (n) => plural(n, { one: '# keep-alive timeout', other: '# keep-alive timeouts' }),
  cut: (n) => plural(n, { one: '# connection cut', other: '# connections cut' }),
  'taken over': (n) =>
    plural(n, { one: '# taken over by the same id', other: '# taken over by the same id' }),
  refused: (n) => plural(n, { one: '# refused', other: '# refused' }),
  protocol: (n) => plural(n, { one: '# protocol error', other: '# protocol errors' }),
  asked: (n) => plural(n, { one: '# signed off', other: '# signed off' }),
  other: (n) => plural(n, { one: '# for another reason', other: '# for other reasons' }),
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
    .map(([reason, count]) => LEAVINGS[reason]?.(count) ?? '')
    .join(', ');
  const count = gone.length;
  return t`${plural(count, { one: '# disconnected', other: '# disconnected' })}: ${reasons}`;
}
