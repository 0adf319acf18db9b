/** Maps: what is drawn below everything else. */
import type { Kind } from '../kind';
import { readMap } from './read';

export const map: Kind = { name: 'map', read: readMap };
