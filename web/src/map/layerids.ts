/** Names of the style's sources and layers that others refer to. */

export const ACCURACY = 'accuracy';
export const FINE_GRATICULE = 'graticule-fine';
/** What portraits cover, for names to keep clear of (clearings.ts). */
export const CLEARINGS = 'clearings';
/** Lines of our own go below this layer, and the crowd too: above are names only. */
export const LOWEST_NAMES = 'sea-name';

/** Regions go below this one: what moves is above them. */
export const LOWEST_OF_OURS = 'accuracy-fill';

/** A layer of the tile archive. */
export const world = (layer: string) => ({ source: 'world', 'source-layer': layer });
