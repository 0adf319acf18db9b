/** What is chosen and followed, and the way of it that is kept meanwhile. */
import { batch, signal } from '@preact/signals';
import type { MapState, Selection } from '../app/context';
import { Trails } from '../app/trails';
import type { Key, World } from '../app/world';
import type { TimeTravel } from '../past/timetravel';
import { kindOf } from '../things';
import type { PlaceParts } from './place';

export interface SelectionParts extends Selection {
  /** Keep where something is now, if its way is kept. */
  addSpot(key: Key): void;
}

interface Needs {
  readonly place: PlaceParts;
  readonly world: World;
  readonly past: TimeTravel;
  readonly map: MapState['map'];
}

export function createSelection({ place, world, past, map }: Needs): SelectionParts {
  const trails = new Trails();
  const { selected } = place;
  const following = signal<Key | null>(null);
  const addSpot = (key: Key) => {
    if (past.past.peek() || !trails.keeps(key)) return;
    const thing = world.get(key);
    const spot = thing && kindOf(key)?.marker?.spot(thing);
    if (spot) trails.add(key, spot);
  };
  const keepTrail = (key: Key) => {
    if (kindOf(key)?.isArea === true) return;
    trails.keep(key);
    addSpot(key);
  };
  const select = (key: Key | null) => {
    batch(() => {
      if (key !== selected.value) following.value = null;
      selected.value = key;
      if (key !== null) keepTrail(key);
    });
    place.write();
  };
  if (selected.value !== null) keepTrail(selected.value);
  return {
    selected,
    following,
    trail: signal(true),
    trails,
    sharing: signal<Key | null>(null),
    addSpot,
    select,
    show(key) {
      select(key);
      // When the panels are where they will be, and with them the middle of the map.
      requestAnimationFrame(() => {
        if (kindOf(key)?.isArea === true) map.value?.showArea(key);
        else map.value?.flyTo(key);
      });
    },
    follow(key) {
      if (key !== null && kindOf(key)?.isArea === true) return;
      if (key !== null) keepTrail(key);
      following.value = key;
    },
  };
}
