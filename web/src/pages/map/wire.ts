/** Keeps the map in step with the page: marks, the trail of the chosen one, the choice, the theme. */
import { effect } from '@preact/signals';
import type { Layout, Live, MapState, Navigation, Selection, Time } from '../../app/context';
import type { Preferences } from '../../app/preferences';
import type { Visitor } from '../../app/visitor';
import type { Key } from '../../app/world';
import type { SightlineMap } from '../../map/types';
import type { TimeTravel } from '../../past/timetravel';
import { clockText } from '../../past/wording';
import { kindOf } from '../../things';
import type { Roster } from '../../things/context';
import type { OfferedMaps } from '../../things/maps/offer';
import type { Regions } from '../../things/regions/context';
import { wireRegions } from '../../things/regions/onmap';
import { covered } from './coverage';
import { restOf, wayOf } from './dayway';
import type { Spot } from './dayway';
import { firstSeen } from './firstview';
import { colours, EntryMarks, thingOf } from './entrymarks';
import { wirePastView } from './pastview';
import { wireMaps } from './wiremaps';

/** The ages beside names on the map are looked at again so often, in seconds. */
const AGES_EVERY = 10;

export interface MapNeeds {
  readonly live: Live;
  readonly time: Time;
  readonly navigation: Navigation;
  readonly selection: Selection;
  readonly layout: Layout;
  readonly mapState: MapState;
  readonly preferences: Preferences;
  readonly roster: Roster;
  readonly regions: Regions;
  readonly past: TimeTravel;
  readonly offered: OfferedMaps;
  readonly visitor: Visitor;
}

type End = () => void;

/** Connect the map to the page; returns the ways to disconnect. */
export function wireMap(needs: MapNeeds, map: SightlineMap): End[] {
  const { live, navigation, selection, mapState, roster } = needs;
  const marks = new EntryMarks(map, {
    world: live.world,
    clock: needs.time.clock,
    roster,
  });
  let fitted = mapState.firstView !== undefined;
  const putAll = () => {
    const people = marks.putAll();
    if (fitted || !live.world.complete || people.length === 0) return;
    fitted = true;
    const chosen = marked(selection.selected.peek());
    if (chosen !== null && people.some(({ id }) => id === chosen)) map.flyTo(chosen);
    else map.fitSome(firstSeen(people, needs.visitor.name));
  };
  const trail = trailOf(needs, map);
  return [
    ...wireMaps(needs, map),
    ...wireRegions(needs, map, (token) => colours().get(token) ?? '#5aaefb'),
    live.scheduler.on(({ keys }) => {
      if (navigation.section.peek() !== 'map') return;
      if (!fitted) {
        putAll();
        return;
      }
      for (const key of keys) marks.changed(key);
      trail.changed(keys);
    }),
    map.onSelect((mark) => {
      selection.select(thingOf(mark));
    }),
    map.onFollowEnd(() => {
      selection.following.value = null;
    }),
    map.onView(mapState.viewed),
    // What was missed while another section was shown.
    effect(() => {
      if (navigation.section.value === 'map') putAll();
    }),
    // Grey is what came over a link that is lost.
    effect(() => {
      void roster.linksShown.value;
      putAll();
    }),
    ...wireLooks(needs, map, marks, putAll),
    ...wireChoice(needs, map),
    effect(trail.choose),
    wireDoubtful(needs, map),
    ...wirePastView(needs, map),
    effect(() => {
      marks.setPhotos(needs.past.past.value ? needs.past.photos.value : []);
    }),
    effect(() => {
      if (Math.floor(needs.time.now.value) % AGES_EVERY !== 0) return;
      marks.age(needs.time.now.value);
    }),
    ...wirePadding(needs, map),
  ];
}

function wireLooks(
  { preferences }: MapNeeds,
  map: SightlineMap,
  marks: EntryMarks,
  putAll: () => void,
): End[] {
  return [
    effect(() => {
      map.setTheme(preferences.theme.value);
      marks.recolour();
      putAll();
    }),
    effect(() => {
      map.setReducedMotion(preferences.reducedMotion.value);
    }),
  ];
}

function wireChoice({ selection }: MapNeeds, map: SightlineMap): End[] {
  return [
    effect(() => {
      map.select(marked(selection.selected.value));
    }),
    effect(() => {
      map.follow(marked(selection.following.value));
    }),
  ];
}

/** The trail of the chosen one; in the past the rest of that day, too, in the grey of what has no mark. */
function trailOf({ selection, past }: MapNeeds, map: SightlineMap) {
  let trailed: Key | null = null;
  const line = (name: string, spots: readonly Spot[]) => {
    const drawn = selection.trail.peek() && spots.length > 1;
    map.setTrail(name, drawn ? spots.map(({ lng, lat }) => [lng, lat] as const) : null);
  };
  const draw = (key: Key) => {
    const track = past.track.peek();
    const points = track?.key === key ? track.points : [];
    const at = past.at.peek();
    line(restName(key), restOf(points, at));
    line(key, wayOf(points, at, selection.trails.of(key)));
  };
  return {
    changed(keys: ReadonlySet<Key>) {
      if (trailed !== null && keys.has(trailed)) draw(trailed);
    },
    /** Draw the trail of what is chosen, and no other; again when anything of it changes. */
    choose() {
      const key = marked(selection.selected.value);
      void selection.trail.value;
      void past.track.value;
      void past.at.value;
      if (trailed !== null && trailed !== key) {
        map.setTrail(trailed, null);
        map.setTrail(restName(trailed), null);
      }
      trailed = key;
      if (key !== null) draw(key);
    },
  };
}

/** No mark has this name, so nothing leads the line to one. */
const restName = (key: Key) => `${key} later`;

/** The fixes of the chosen one's day that are not believed, if they are wanted. */
function wireDoubtful({ preferences, past, selection }: MapNeeds, map: SightlineMap): End {
  return effect(() => {
    const track = past.track.value;
    const shown =
      preferences.settings.value.doubtful &&
      track !== null &&
      track.key === selection.selected.value;
    const points = shown ? track.doubtful : [];
    map.setDoubtful(
      points.map(({ lng, lat, at, why }) => ({ lng, lat, text: `${clockText(at)}: ${why}` })),
    );
  });
}

function wirePadding(
  { navigation, selection, layout, regions, past }: MapNeeds,
  map: SightlineMap,
): End[] {
  const resized = () => {
    map.setPadding(covered());
  };
  addEventListener('resize', resized);
  return [
    effect(() => {
      void selection.selected.value;
      void regions.regions.editing.value;
      void layout.stop.value;
      void navigation.section.value;
      void past.past.value;
      // After the panels have been laid out.
      requestAnimationFrame(resized);
    }),
    () => {
      removeEventListener('resize', resized);
    },
  ];
}

/** The key of what has a mark on the map; null for what is only in the roster, and for areas. */
function marked(key: Key | null): Key | null {
  return key !== null && kindOf(key)?.marker ? key : null;
}
