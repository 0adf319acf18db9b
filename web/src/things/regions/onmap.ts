/** Keeps the regions on the map, and what is drawn there, in step with the page. */
import { effect } from '@preact/signals';
import type { App } from '../../wiring/app';
import type { Area, SightlineMap } from '../../map/types';
import { splitKey } from '../../app/world';
import { readRegion } from './read';

/** More regions than these are not drawn. */
const MOST = 2000;

/** Connect the map to the regions; returns the ways to disconnect. */
export function wireRegions(
  app: App,
  map: SightlineMap,
  colourOf: (token: string) => string,
): (() => void)[] {
  const { world, stays, regions, preferences, pulse } = app;
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
        inside: stays.countIn(id),
      });
    }
    map.setAreas(areas);
  };
  return [
    pulse.on(({ kinds }) => {
      if (app.section.peek() !== 'map') return;
      if (kinds.has('region') || kinds.has('stay')) draw();
    }),
    effect(() => {
      void preferences.theme.value;
      void regions.editing.value;
      // What was missed while another section was shown.
      if (app.section.value === 'map') draw();
    }),
    effect(() => {
      const key = app.selected.value;
      map.selectArea(key !== null && splitKey(key)[0] === 'region' ? key : null);
    }),
    effect(() => {
      void preferences.theme.value;
      const drawing = regions.editing.value ? regions.drawing.value.now : null;
      map.sketch(drawing, colourOf(`c${String(regions.particulars.value.colour)}`));
    }),
    map.onDeed((deed) => {
      regions.deed(deed);
    }),
  ];
}
