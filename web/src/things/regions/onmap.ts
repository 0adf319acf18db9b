/** Keeps the regions on the map, and what is drawn there, in step with the page. */
import { effect } from '@preact/signals';
import type { Live, Navigation, Selection } from '../../app/context';
import type { Preferences } from '../../app/preferences';
import type { Area, SightlineMap } from '../../map/types';
import { splitKey } from '../../app/world';
import type { Regions } from './context';
import { readRegion } from './read';

/** More regions than these are not drawn. */
const MOST = 2000;

interface Needs {
  readonly live: Live;
  readonly navigation: Navigation;
  readonly selection: Selection;
  readonly preferences: Preferences;
  readonly regions: Regions;
}

/** Connect the map to the regions; returns the ways to disconnect. */
export function wireRegions(
  { live, navigation, selection, preferences, ...parts }: Needs,
  map: SightlineMap,
  colourOf: (token: string) => string,
): (() => void)[] {
  const { world, scheduler } = live;
  const { visits, regions } = parts.regions;
  const draw = () => {
    // What is being edited is drawn by the sketch.
    const edited = regions.editing.peek()?.edited?.key;
    const areas: Area[] = [];
    for (const thing of world.kind('region').values()) {
      const { key, name, shape, sort, colour, id } = readRegion(thing);
      if (!shape || key === edited || areas.length >= MOST) continue;
      areas.push({
        id: key,
        label: name,
        shape,
        sort,
        colour: colourOf(colour),
        inside: visits.countIn(id),
      });
    }
    map.setAreas(areas);
  };
  return [
    scheduler.on(({ kinds }) => {
      if (navigation.section.peek() !== 'map') return;
      if (kinds.has('region') || kinds.has('stay')) draw();
    }),
    effect(() => {
      void preferences.theme.value;
      void regions.editing.value;
      // What was missed while another section was shown.
      if (navigation.section.value === 'map') draw();
    }),
    effect(() => {
      const key = selection.selected.value;
      map.selectArea(key !== null && splitKey(key)[0] === 'region' ? key : null);
    }),
    effect(() => {
      void preferences.theme.value;
      const drawing = regions.editing.value ? regions.drawing.value.now : null;
      map.sketch(drawing, colourOf(`c${String(regions.particulars.value.colour)}`));
    }),
    map.onEdit((edit) => {
      regions.apply(edit);
    }),
  ];
}
