/** Where regions lie, in the words of the server's maps; the viewer has their shapes already. */
import { useLive } from '../../app/context';
import type { Key } from '../../app/world';
import { middleOf } from '../../map/shapes';
import { useLocalities } from '../localities/context';
import { readRegion } from './read';
import { exactnessOf, placeText } from './regionplace';

/** Tells where a region lies; empty where no map of the server knows, or does not yet. */
export function useWhereIs(): (region: Key | undefined) => string {
  const { world } = useLive();
  const { words } = useLocalities();
  void words.learned.value;
  return (region) => {
    const thing = region === undefined ? undefined : world.get(region);
    const shape = thing && readRegion(thing).shape;
    const exactness = shape ? exactnessOf(shape) : 'none';
    if (!shape || exactness === 'none') return '';
    const { lat, lon } = middleOf(shape);
    const place = words.locality(lat, lon);
    return place === undefined ? '' : placeText(place, exactness);
  };
}

/** A line with where a region lies; nothing where that is not known. */
export function WhereIs({ region }: { region: Key | undefined }) {
  const where = useWhereIs()(region);
  return where === '' ? null : <small data-region-place>{where}</small>;
}
