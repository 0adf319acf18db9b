/** Brings the map to the day that is looked at, and shows where the chosen one was longest. */
import { effect } from '@preact/signals';
import type { MapState, Selection } from '../../app/context';
import type { Key } from '../../app/world';
import type { SightlineMap } from '../../map/types';
import type { TimeTravel } from '../../past/timetravel';

interface Needs {
  readonly past: TimeTravel;
  readonly selection: Selection;
  readonly mapState: MapState;
}

/** Connect the map to the past; returns the ways to disconnect. */
export function wirePastView(
  { past, selection, mapState }: Needs,
  map: SightlineMap,
): (() => void)[] {
  let shown: string | null = null;
  // Anybody who opened a link sees the view that is in it.
  let given = mapState.firstView !== undefined && past.past.peek();
  return [
    effect(() => {
      const track = past.track.value;
      if (!past.past.value) {
        shown = null;
        given = false;
        return;
      }
      const key = selection.selected.value;
      if (track === null || track.key !== key) return;
      const name = `${track.key} ${track.day.name}`;
      // Once for each day and friend: from then on the map is the user's.
      if (name === shown) return;
      shown = name;
      if (!given && selection.following.peek() === null) show(map, track.key, track.points);
      given = false;
    }),
    effect(() => {
      const heat = past.heat.value;
      map.setHeat(heat);
      if (heat !== null && heat.length > 0 && selection.following.peek() === null) {
        map.showPlaces(heat);
      }
    }),
  ];
}

function show(map: SightlineMap, key: Key, points: readonly { lng: number; lat: number }[]): void {
  if (points.length > 0) map.showPlaces(points);
  else map.flyTo(key);
}
