/** Where a region lies, in words: by its middle, and only as exactly as it is small. Pure. */
import { boxOf, distance, middleOf } from '../../map/shapes';
import type { Shape } from '../../map/shapes';
import type { Locality } from '../localities/words';

/** Metres from the middle to the edge up to which the street at the middle is where the region is. */
const STREET_REACH = 200;
/** The same for the part of town and the town. */
const TOWN_REACH = 5000;

/** How exactly a region's place is told: by street, by town, or not at all. */
export type Exactness = 'street' | 'town' | 'none';

export function exactnessOf(shape: Shape): Exactness {
  const reach = reachOf(shape);
  return reach <= STREET_REACH ? 'street' : reach <= TOWN_REACH ? 'town' : 'none';
}

function reachOf(shape: Shape): number {
  if (shape.is === 'circle') return shape.radius;
  const { north, east } = boxOf(shape);
  return distance(middleOf(shape), { lat: north, lon: east });
}

/** "at Keizersgracht 123, Amsterdam", "in Jordaan, Amsterdam"; empty where nothing is known. */
export function placeText(place: Locality, exactness: Exactness): string {
  if (exactness === 'none') return '';
  const { street, park, part, town, text } = place;
  if (exactness === 'street' && (street !== '' || park !== '')) return `at ${text}`;
  const area = [part, town].filter(Boolean).join(', ');
  return area === '' ? '' : `in ${area}`;
}
