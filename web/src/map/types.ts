/**
 * What the page may say to the map and hear from it. No MapLibre type appears here, so the page can
 * be written, type-checked and tested without the library (map.ts, loaded on demand, implements it).
 *
 * Positions are WGS 84 degrees, headings degrees clockwise from north, lengths metres unless named.
 */

import type { Edit, Draft } from './draft';
import type { Shape } from './shapes';
import type { Credit, MapSource } from './streets/source';

export type Theme = 'light' | 'dark';
export type Presence = 'live' | 'stale' | 'offline';

/** One thing with a position. Immutable: to change a mark, `put` a new one with the same id. */
export interface Mark {
  readonly id: string;
  readonly lng: number;
  readonly lat: number;
  /** Friends may get a round avatar with a name; others are dots unless selected. */
  readonly kind: 'friend' | 'other';
  readonly label: string;
  readonly initials: string;
  /** '#rrggbb'; the page chooses it and puts the mark again when the theme changes it. */
  readonly colour: string;
  readonly heading?: number | undefined;
  readonly moving: boolean;
  readonly presence: Presence;
  /** Radius of the position's uncertainty, metres; drawn while the mark is selected. */
  readonly accuracy?: number | undefined;
  /** `data:image/png;base64,…` or jpeg; anything else is ignored and the initials are shown. */
  readonly face?: string | undefined;
  /** How long the mark takes to glide here from where it is drawn now; 0 jumps. */
  readonly glideMs: number;
  /** Shown beside the name of a mark that is not live, for example "47 min". */
  readonly ageText?: string | undefined;
}

/** Widths, in CSS pixels, that panels cover; the map centres and fits in what remains. */
export interface Padding {
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  readonly left: number;
}

export interface View {
  readonly zoom: number;
  readonly lat: number;
  readonly lng: number;
}

/** A place that was looked for; the view goes to its box, but no nearer than `maxZoom`. */
export interface PlaceToShow {
  readonly label: string;
  readonly lat: number;
  readonly lng: number;
  /** West, south, east, north. */
  readonly box: readonly [number, number, number, number];
  readonly maxZoom: number;
}

/** A scale bar: so many pixels long, standing for `text` ("100 km") at the middle of the view. */
export interface Scale {
  readonly px: number;
  readonly text: string;
}

/** A point of a trail, oldest first: [longitude, latitude]. */
export type TrailPoint = readonly [lng: number, lat: number];

/** A fix that is not believed, with the reason in words. */
export interface DoubtfulSpot {
  readonly lng: number;
  readonly lat: number;
  readonly text: string;
}

/** A place where somebody was, by how long: 1 is the longest of all. */
export interface HeatSpot {
  readonly lng: number;
  readonly lat: number;
  readonly weight: number;
}

/** A region, drawn under everything that moves. */
export interface Area {
  readonly id: string;
  readonly label: string;
  readonly shape: Shape;
  /** '#rrggbb', as with marks. */
  readonly colour: string;
  /** How its outline is drawn: whole, dashed, dotted. */
  readonly sort: 'shared' | 'personal' | 'phone';
  /** How many are in it. */
  readonly inside: number;
}

export interface MapOptions {
  readonly theme: Theme;
  /** Glides become jumps and camera flights become cuts. May be changed by `setReducedMotion`. */
  readonly reducedMotion: boolean;
  /** Where to begin; without it the map shows the world, and `fitAll` is the page's choice. */
  readonly view?: View | undefined;
  /** Address of the tile archive, relative to the document; `basemap/world.pmtiles` by default. */
  readonly basemap?: string | undefined;
  /** What panels cover at the beginning: `view` is in the middle of what they leave free. */
  readonly padding?: Padding | undefined;
  /** Whether the browser may keep the parts of maps that were looked at. */
  readonly keepsRanges?: boolean | undefined;
}

/** Ends what a call to `on…` began. Safe to call twice. */
export type Unsubscribe = () => void;

export interface SightlineMap {
  /** What must be shown beside the map, for example in a corner (licence of the data). */
  readonly attribution: string;

  setTheme(theme: Theme): void;
  setReducedMotion(reduced: boolean): void;
  setPadding(padding: Padding): void;

  /** Make these, and no others, the maps beside that of the world. */
  setMaps(maps: readonly MapSource[]): void;
  /** Show the layer with this name in place of the map, if there is one; empty: the map. */
  chooseLayer(name: string): void;
  /** Names of streets, places and water that the maps draw just now. */
  namesInView(): string[];

  /** Make these, and no others, the marks on the map. */
  setMarks(marks: Iterable<Mark>): void;
  /** Add or change one mark. Cheap: call it 10,000 times in a row if so many moved. */
  put(mark: Mark): void;
  /** Take a mark away; unknown ids are ignored. */
  remove(id: string): void;

  /** Draw this mark as the selected one (does not call `onSelect` listeners). */
  select(id: string | null): void;
  /** Keep this mark in the middle until told otherwise or until the user drags the map. */
  follow(id: string | null): void;
  /** What is drawn now, as the address of a picture; empty where nothing is. */
  picture(): string;
  /** Show every mark. Does nothing when there is none. */
  fitAll(): void;
  /** Show these marks. Does nothing when none of them is there. */
  fitSome(ids: readonly string[]): void;
  /** Bring one mark to the middle, near enough to see its surroundings. */
  flyTo(id: string): void;
  /** Bring a place into view, with a mark that fades. */
  showPlace(place: PlaceToShow): void;
  /** The path of a mark, in its colour, fading towards the oldest point; null takes it away. */
  setTrail(id: string, points: readonly TrailPoint[] | null): void;

  /** Show these, and no others, as fixes that are not believed: hollow, with the reason. */
  setDoubtful(spots: readonly DoubtfulSpot[]): void;

  /** Show where somebody was longest, as warmth under everything else; null takes it away. */
  setHeat(spots: readonly HeatSpot[] | null): void;
  /** Bring all these places into view. */
  showPlaces(places: readonly { readonly lng: number; readonly lat: number }[]): void;

  /** Make these, and no others, the regions on the map. */
  setAreas(areas: readonly Area[]): void;
  /** Draw this region as the selected one (does not call `onSelect` listeners). */
  selectArea(id: string | null): void;
  /** Bring a whole region into view. */
  showArea(id: string): void;
  /**
   * Show what is being drawn, in this colour, and let it be drawn on: what is done is told to
   * `onEdit` listeners, and nothing can be selected meanwhile. Null ends it.
   */
  sketch(draft: Draft | null, colour?: string): void;

  zoomIn(): void;
  zoomOut(): void;
  view(): View;
  setView(view: View): void;
  scale(): Scale;
  /** The mark drawn at this place (CSS pixels from the container's top left), if any. */
  pick(x: number, y: number): string | null;

  /** The user chose a mark or a region on the map, or nothing by touching empty map. */
  onSelect(listener: (id: string | null) => void): Unsubscribe;
  /** Something was done to what is being drawn. */
  onEdit(listener: (edit: Edit) => void): Unsubscribe;
  /**
   * The map no longer follows this mark: the user dragged it away, the view was set to something
   * else, or the mark was removed. Not told for `follow(null)`.
   */
  onFollowEnd(listener: (id: string) => void): Unsubscribe;
  /** The style is loaded and marks are drawn. Called at once when that is already so. */
  onReady(listener: () => void): Unsubscribe;
  /** Nothing more to load or move. Also visible as `<html data-map="idle">`. */
  onIdle(listener: () => void): Unsubscribe;
  /** Whom the data in view comes from, besides that of the world: now and whenever it changes. */
  onCredits(listener: (credits: readonly Credit[]) => void): Unsubscribe;
  onScale(listener: (scale: Scale) => void): Unsubscribe;
  /** The view came to rest at another place, or (every two seconds) went on following a mark. */
  onView(listener: (view: View) => void): Unsubscribe;
  /** Something of the map could not be shown, in words for people; null: nothing of that any more. */
  onTrouble(listener: (why: string | null) => void): Unsubscribe;

  destroy(): void;
}

/** What map.ts exports as `createMap`. */
export type CreateMap = (container: HTMLElement, options: MapOptions) => SightlineMap;
