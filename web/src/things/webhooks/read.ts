/** A webhook's state as the wire carries it, to admins only: where crossings are told to programs. */
import type { WebhookState } from '../../generated';
import type { Thing } from '../../net/protocol';
import { fieldsOf, present } from '../fields';

const field = fieldsOf<WebhookState>();

export interface Webhook {
  readonly id: string;
  /** Its host; the rest of the address may be a secret. */
  readonly host: string;
  readonly queued: number;
  readonly sent: number;
  /** Given up after all tries. */
  readonly dead: number;
  /** Of the last success, epoch seconds. */
  readonly last?: number;
  /** What came of the last failure. */
  readonly why?: string;
  /** Of the next try, epoch seconds. */
  readonly next?: number;
}

export function readWebhook(thing: Thing): Webhook {
  return {
    id: thing.id,
    host: field.text(thing, 'url') ?? '',
    queued: field.number(thing, 'queued') ?? 0,
    sent: field.number(thing, 'sent') ?? 0,
    dead: field.number(thing, 'dead') ?? 0,
    ...present({
      last: field.number(thing, 'last'),
      why: field.text(thing, 'why'),
      next: field.number(thing, 'next'),
    }),
  };
}

/** How it stands: well, behind, or with something given up. */
export function healthOf({ queued, dead, why }: Webhook): 'ok' | 'behind' | 'lost' {
  if (dead > 0) return 'lost';
  return queued > 0 && why !== undefined ? 'behind' : 'ok';
}
