/**
 * Draws the maps that the server offers below everything of ours: streets where there are some, the
 * map of the world elsewhere. Of several it draws what the view needs, and loads a map before it
 * comes into view, so that nothing blinks.
 */
import { t } from '@lingui/core/macro';
import type { FilterSpecification, Map as MapLibreMap } from 'maplibre-gl';
import type { Bounds } from '../bounds';
import { WORLD_NAMES } from '../layerids';
import { Listeners } from '../listeners';
import type { MapState } from '../state';
import type { Unsubscribe } from '../types';
import {
  byDetail,
  grown,
  hasStreets,
  holds,
  neededFor,
  startZoom,
  touches,
  widened,
  within,
} from './choice';
import { outside } from './names';
import { Sheets } from './sheets';
import type { SheetNeeds } from './sheets';
import { isVector, prefixOf } from './source';
import type { Credit, MapSource } from './source';
import { Stack } from './stack';
import type { Sheet } from './stack';

/** While the map moves, what it needs is looked at so often, milliseconds. */
const LOOK_MS = 150;
/** How much of a view beside it is made ready. */
const MARGIN = 0.5;
/** The same town is not at quite the same place on the map of the world, degrees. */
const NAMED_BESIDE = 0.02;

interface Needs extends SheetNeeds {
  readonly map: MapLibreMap;
  readonly state: MapState;
  /** The address of the map of the world, of which parts are kept, too. */
  readonly world: string;
}

/** What is drawn of a map; the key tells it from what is drawn of it otherwise. */
type Entry = readonly [key: string, sheet: Sheet];

export class Streets {
  private readonly creditors = new Listeners<readonly Credit[]>();
  private credits: readonly Credit[] = [];
  /** The most detailed first; without the layers that one chooses. */
  private bases: readonly MapSource[] = [];
  private layers: readonly MapSource[] = [];
  private chosen = '';
  private readonly stack: Stack;
  private readonly sheets: Sheets;
  /** What is drawn, in one word; null: not decided yet. */
  private shown: string | null = null;
  private lookedAt = 0;
  /** What is drawn of each map, by its name. */
  private readonly last = new Map<string, Entry>();
  /** Hosts that this page may not ask, because it was opened before an admin chose them. */
  private readonly forbidden = new Set<string>();
  /** Filters of the world's names, before anything was left out of them. */
  private readonly filters = new Map<string, unknown>();

  constructor(private readonly needs: Needs) {
    this.stack = new Stack(needs.map);
    const trouble = (why: string, map?: MapSource) => this.tell(why, map);
    this.sheets = new Sheets({ ...needs, trouble }, () => this.draw());
  }

  /** The style is there, for the first time or anew. */
  install(): void {
    this.stack.lost();
    this.last.clear();
    this.filters.clear();
    this.shown = null;
    this.leaveNames();
    this.draw();
  }

  /** Make these, and no others, the maps there are. */
  set(maps: readonly MapSource[]): void {
    this.bases = byDetail(maps.filter(({ role }) => role === 'base'));
    this.layers = maps.filter(({ role }) => role === 'layer');
    // Before the server has told of any, nothing is known of what is no longer there.
    const kept = [this.needs.world, ...maps.map(({ url }) => url)];
    if (maps.length > 0) this.needs.store?.keepOnly(kept);
    this.sheets.forget();
    this.leaveNames();
    this.draw();
  }

  destroy(): void {
    this.stack.lost();
  }

  /** Show the layer with this name, if there is one; else the map. */
  choose(name: string): void {
    this.chosen = name;
    this.draw();
  }

  /** The view moves, or (at rest) has moved. */
  moved(atRest: boolean): void {
    const now = performance.now();
    if (!atRest && now - this.lookedAt < LOOK_MS) return;
    this.lookedAt = now;
    this.draw();
  }

  recolour(): void {
    for (const [, { ground, names }] of this.wanted()) this.stack.repaint([...ground, ...names]);
  }

  /** Be told whose data is in view: now, and whenever that changes. */
  onCredits(listener: (credits: readonly Credit[]) => void): Unsubscribe {
    listener(this.credits);
    return this.creditors.add(listener);
  }

  /** Names that are drawn of maps just now: of streets, places, water. */
  namesInView(): string[] {
    const { map } = this.needs;
    const layers = this.stack.namesDrawn().filter((id) => map.getLayer(id));
    const found = layers.length > 0 ? map.queryRenderedFeatures({ layers }) : [];
    return [...new Set(found.map(({ properties }) => String(properties['name'] ?? '')))];
  }

  hasStreetsAt(lng: number, lat: number): boolean {
    return hasStreets(this.bases, lng, lat);
  }

  /** Say in words that something of a source did not come, if it is one of ours. */
  failed(source: string | undefined, why: string): boolean {
    const map = [...this.bases, ...this.layers].find(({ name }) =>
      source?.startsWith(`map/${name}/`),
    );
    if (!map) return false;
    console.warn(`Map “${map.title}”: ${why}`);
    this.tell(t`Some of the map “${map.title}” could not be loaded.`, map);
    return true;
  }

  /** The browser did not ask an address, as the page may not: it is older than the choice of it. */
  blocked(address: string): void {
    const origin = originOf(address);
    this.forbidden.add(origin);
    const map = [...this.bases, ...this.layers].find(({ url }) => originOf(url) === origin);
    if (map) this.tell('', map);
  }

  private tell(why: string, map?: MapSource): void {
    const old = map && this.forbidden.has(originOf(map.url));
    this.needs.trouble(
      old ? t`To see the map “${map.title}”, which is new, load this page again.` : why,
    );
  }

  private draw(): void {
    if (!this.needs.state.ready) return;
    const wanted = this.wanted();
    const key = wanted.map(([name]) => name).join();
    if (key !== this.shown) {
      this.shown = key;
      this.stack.show(wanted);
      this.last.clear();
      for (const each of wanted) this.last.set(nameOf(each), each);
      // Also for those who test: which maps are drawn, the uppermost first.
      document.documentElement.dataset['maps'] = wanted.map(nameOf).join(' ');
    }
    this.credit();
  }

  /** What is drawn for the view, the uppermost first. */
  private wanted(): Entry[] {
    const { map, state } = this.needs;
    const zoom = map.getZoom();
    const view = widened(viewOf(map), MARGIN);
    const above = this.picture().filter(({ bounds }) => touches(bounds, view));
    // Below pictures that fill the view only names are of use.
    const covered = above.some((each) => zoom >= startZoom(each) && holds(each.bounds, view));
    const below = neededFor(this.bases, view, zoom).filter((each) => !covered || isVector(each));
    return [...above, ...below].flatMap((each): Entry[] => {
      const parts = within(each, this.bases);
      const sheet = this.sheets.of(each, state.theme, parts);
      // Until there is something of a map that was replaced, the one before is shown.
      const before = this.last.get(each.name);
      if (!sheet) return before ? [before] : [];
      const key = `${each.name} ${prefixOf(each)} ${parts.map(({ name }) => name).join('+')}`;
      if (!covered || above.includes(each)) return [[key, sheet]];
      return [[`${key} names`, { ...sheet, ground: [] }]];
    });
  }

  private picture(): MapSource[] {
    return this.layers.filter(({ name }) => name === this.chosen);
  }

  /** The world's names stay away from where a map names what is there. */
  private leaveNames(): void {
    const { map, state } = this.needs;
    if (!state.ready) return;
    const areas = this.bases.map((each) => ({
      bounds: grown(each.bounds, NAMED_BESIDE),
      from: startZoom(each),
    }));
    for (const id of WORLD_NAMES) {
      if (!this.filters.has(id)) this.filters.set(id, map.getFilter(id) ?? undefined);
      const filter = outside(this.filters.get(id), areas);
      map.setFilter(id, (filter ?? null) as FilterSpecification | null);
    }
  }

  /** Tell whose data is in view. */
  private credit(): void {
    const { map } = this.needs;
    const view = viewOf(map);
    const zoom = map.getZoom();
    const credits = [...this.picture(), ...neededFor(this.bases, view, zoom)]
      .filter((each) => zoom >= startZoom(each) && touches(each.bounds, view))
      .flatMap((each) => each.credits);
    if (JSON.stringify(credits) === JSON.stringify(this.credits)) return;
    this.credits = credits;
    this.creditors.tell(credits);
  }
}

/** The host of an address, or of nothing that is an address (such as "inline") that itself. */
function originOf(address: string): string {
  return URL.canParse(address) ? new URL(address).origin : address;
}

const nameOf = ([key]: Entry) => key.split(' ', 1)[0] ?? '';

function viewOf(map: MapLibreMap): Bounds {
  const view = map.getBounds();
  const [west, east] = [view.getWest(), view.getEast()];
  return { west, east, south: view.getSouth(), north: view.getNorth() };
}
