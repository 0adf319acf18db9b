/** Alerts as a server sends them. */
import type { Thing } from '../../src/net/protocol';
import { readAlert } from '../../src/things/alerts/read';
import type { Alert } from '../../src/things/alerts/read';

export const NOW = 1_795_234_500;

let s = 1;

export function alertThing(id: string, more: Record<string, unknown> = {}): Thing {
  return {
    k: 'alert',
    id,
    s: s++,
    rule: `rule/${id.replace(/\.\d+$/, '')}`,
    title: 'Jane arrived at School',
    thing: 'friend/jane/phone',
    condition: { type: 'arrives', region: 'school' },
    place: 'School',
    at: NOW - 240,
    status: 'open',
    ...more,
  };
}

export function alertOf(more: Record<string, unknown> = {}, id = 'jane/ab12.1'): Alert {
  return readAlert(alertThing(id, more));
}
