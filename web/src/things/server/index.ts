/** The server itself: its figures, its certificate, and what it cannot do just now. */
import type { Kind } from '../kind';
import { readServer } from './read';

export const server: Kind = { name: 'server', read: readServer };
