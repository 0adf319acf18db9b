/** A webhook's state as the wire carries it, to admins only: where crossings are told to programs. */
import { WebhookStateShape } from '../../generated';
import type { WebhookState } from '../../generated';
import type { Thing } from '../../net/protocol';
import { readLoosely } from '../../net/shape';
import type { Read } from '../../net/shape';

/** `url` is its host alone; the rest of the address may be a secret. */
export type Webhook = Read<WebhookState> & { readonly id: string };

export function readWebhook(thing: Thing): Webhook {
  return { ...readLoosely<WebhookState>(WebhookStateShape, thing), id: thing.id };
}

/** How it stands: well, behind, or with something given up. */
export function healthOf({ queued, dead, why }: Webhook): 'ok' | 'behind' | 'lost' {
  if (dead > 0) return 'lost';
  return queued > 0 && why !== undefined ? 'behind' : 'ok';
}
