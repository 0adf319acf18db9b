/** What is known of a client, in words. */
import { timeText } from '../../app/ages';
import type { Client } from '../../things/broker/clients';
import type { Broker } from '../../things/broker/read';

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
