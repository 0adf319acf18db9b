/** The brokers the server listens to. */
import type { Kind } from '../kind';
import { readBroker } from './read';

export const broker: Kind = { name: 'broker', read: readBroker };
