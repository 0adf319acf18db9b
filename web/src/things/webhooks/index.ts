/** Webhooks: where crossings are told to programs. */
import type { Kind } from '../kind';
import { readWebhook } from './read';

export const webhook: Kind = { name: 'webhook', read: readWebhook };
