/** Keeps the maps that the server offers, and the layer that is chosen, in step with the map. */
import { effect } from '@preact/signals';
import type { Preferences } from '../../app/preferences';
import type { SightlineMap } from '../../map/types';
import type { OfferedMaps } from '../../things/maps/offer';

interface Needs {
  readonly offered: OfferedMaps;
  readonly preferences: Preferences;
}

/** Returns the ways to disconnect. */
export function wireMaps({ offered, preferences }: Needs, map: SightlineMap): (() => void)[] {
  return [
    effect(() => {
      map.setMaps(offered.maps.value);
    }),
    effect(() => {
      map.chooseLayer(preferences.settings.value.layer);
    }),
  ];
}
