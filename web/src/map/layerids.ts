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

/** Grounds of local maps go below this one, once there are regions; names of theirs below the next. */
export const LOWEST_REGION = 'region-fill';
export const LOWEST_PLACES = 'place-dot';

/** Layers of the world's names, and of their dots: left out where a local map names what is there. */
export const WORLD_NAMES = [LOWEST_NAMES, 'place', LOWEST_PLACES] as const;
