/** Alerts: what rules had to tell. */
import type { Kind } from '../kind';
import { readAlert } from './read';

export const alert: Kind = { name: 'alert', read: readAlert };
