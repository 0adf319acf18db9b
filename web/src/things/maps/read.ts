/** What the server says of a map. */
import { MapSourceShape } from '../../generated';
import type { MapSource } from '../../generated';
import type { Thing } from '../../net/protocol';
import { readLoosely } from '../../net/shape';
import type { Read } from '../../net/shape';

export type MapState = Read<MapSource>;

export function readMap(thing: Thing): MapState {
  return readLoosely<MapSource>(MapSourceShape, thing);
}
