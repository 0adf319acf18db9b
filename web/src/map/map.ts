/**
 * The map: the only module that knows MapLibre. Import it when a map is wanted, it is large.
 *
 * It owns the table of marks (crowdbuffer.ts) and keeps what draws from it in step: the crowd on
 * the graphics card, the portraits in the document, trails and the accuracy circle. MapLibre draws
 * a frame only when something asks for one; while marks glide, that is as often as an eye needs
 * (pacing.ts).
 */
import '@fontsource-variable/inter';
import '@fontsource-variable/inter/wght-italic.css';
import 'maplibre-gl/dist/maplibre-gl.css';
import './map.css';
import {
  Map as MapLibreMap,
  setWorkerUrl,
  type GeoJSONSource,
  type MapMouseEvent,
} from 'maplibre-gl';
import type { Deed, Draft } from './draft';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?url';
import { accuracyCircle } from './accuracy';
import { ATTRIBUTION } from './attribution';
import { serveArchive } from './basemap';
import { boundsOf } from './bounds';
import { screenX, screenY, type Camera } from './camera';
import { SQUARE_PX, squaresOver } from './clearings';
import { CROWD_LAYER, CrowdLayer, type CrowdPalette } from './crowd';
import { CrowdBuffer, type Place } from './crowdbuffer';
import { FineNet } from './finenet';
import type { Box } from './labels';
import { Listeners } from './listeners';
import { metresPerPixel, pixelsPerStep, toLat, toLng, toX, toY } from './mercator';
import { missingMap } from './missing';
import { pause } from './pacing';
import { Portraits } from './portraits';
import { prominence } from './prominence';
import { Regions } from './regions';
import { scaleBar } from './scale';
import { Sketch } from './sketch';
import { ACCURACY, LOWEST_NAMES, CLEARINGS, mapStyle, repaint } from './style';
import { shares, TONES } from './tones';
import { Trails } from './trails';
import type {
  Area,
  MapOptions,
  Mark,
  Padding,
  Scale,
  SightlineMap,
  Theme,
  TrailPoint,
  Unsubscribe,
  View,
} from './types';

setWorkerUrl(workerUrl);

export { workerUrl };

const MIN_ZOOM = 1;
const MAX_ZOOM = 19;
const FOLLOW_MS = 600;
const FLIGHT_MS = 900;
/** From this zoom, `flyTo` keeps the user's own. */
const NEAR_ZOOM = 9;
/** As near as `fitAll` goes: for marks apart from each other, and for those all in one place. */
const FIT_MAX_ZOOM = 14;
const FIT_PLACE_ZOOM = 10;
/** As near as `showArea` goes. */
const AREA_MAX_ZOOM = 15.5;
/** What counts as one place, degrees. */
const ONE_PLACE = 0.005;
/** Room round the marks when all are shown, pixels. */
const FIT_MARGIN = 56;
/** Between two choices of portraits, and from the end of a move to the report of it, milliseconds. */
const ARRANGE_MS = 200;
/** Between two reports of a view that is held on a followed mark, milliseconds. */
const HELD_VIEW_MS = 2000;
/** Between two updates of what follows a gliding mark through MapLibre's worker, milliseconds. */
const FOLLOWERS_MS = 80;
const REBASE_AFTER_S = 3600;
/** How far from a dot a touch may be, pixels. */
const PICK_RADIUS = 14;
const START: View = { zoom: 1.6, lat: 28, lng: 12 };
const NO_WEBGL =
  'This browser does not offer WebGL 2, which the map needs. Another browser, or graphics ' +
  'acceleration switched on in its settings, may help.';

export function createMap(container: HTMLElement, options: MapOptions): SightlineMap {
  container.classList.add('sightline-map');
  document.documentElement.dataset['map'] = 'loading';
  if (!document.createElement('canvas').getContext('webgl2'))
    return missingMap(container, NO_WEBGL);
  try {
    return new LiveMap(container, options);
  } catch (error) {
    console.error(error);
    container.replaceChildren();
    return missingMap(container, error instanceof Error ? error.message : NO_WEBGL);
  }
}

class LiveMap implements SightlineMap {
  readonly attribution = ATTRIBUTION;

  private readonly map: MapLibreMap;
  private readonly table = new CrowdBuffer();
  private readonly crowd: CrowdLayer;
  private readonly portraits: Portraits;
  private readonly trails: Trails;
  private readonly regions: Regions;
  private readonly drawn: Sketch;
  private readonly fineNet: FineNet;

  private theme: Theme;
  private reduced: boolean;
  private ready = false;
  private idle = false;
  private destroyed = false;
  private selected: string | null = null;
  private followed: string | null = null;
  private hovered: string | null = null;
  private readonly wantedTrails = new Map<string, readonly TrailPoint[]>();
  /** The last flight of the camera, to be flown again when it is disturbed. */
  private flight: (() => void) | null = null;
  /** The camera is being moved along with a followed mark, which is not a journey of its own. */
  private holding = false;

  /** Zero of the table's clock, `performance.now()` milliseconds. */
  private epoch = performance.now();
  /** Pixels per second of the fastest mark in view, and whether any mark moves at all. */
  private fastest = 0;
  private moving = false;
  private frameAt: number | null = null;
  private frameTimer = 0;
  private arrangeTimer = 0;
  private viewTimer = 0;
  private followersAt = 0;
  /** Followers were drawn with everything at rest, so nothing is left to do. */
  private settled = false;
  private width: number;
  private height: number;
  private clearings = '';
  private lastScale = '';
  private lastView = '';

  private readonly selectListeners = new Listeners<string | null>();
  private readonly followEndListeners = new Listeners<string>();
  private readonly readyListeners = new Listeners<void>();
  private readonly idleListeners = new Listeners<void>();
  private readonly scaleListeners = new Listeners<Scale>();
  private readonly viewListeners = new Listeners<View>();
  private readonly troubleListeners = new Listeners<string>();
  private readonly troubles = new Set<string>();

  constructor(
    private readonly container: HTMLElement,
    options: MapOptions,
  ) {
    this.theme = options.theme;
    this.reduced = options.reducedMotion;
    this.width = container.clientWidth;
    this.height = container.clientHeight;
    const archive = new URL(options.basemap ?? 'basemap/world.pmtiles', document.baseURI).href;
    serveArchive(archive);
    const view = options.view ?? START;
    this.map = new MapLibreMap({
      container,
      style: mapStyle(options.theme, archive),
      center: [view.lng, view.lat],
      zoom: view.zoom,
      minZoom: MIN_ZOOM,
      maxZoom: MAX_ZOOM,
      // The page shows the attribution itself, beside the scale bar.
      attributionControl: false,
      // North stays up and the ground flat: headings read at a glance, and sums stay sums.
      dragRotate: false,
      pitchWithRotate: false,
      touchPitch: false,
      maxPitch: 0,
      fadeDuration: options.reducedMotion ? 0 : 120,
      reduceMotion: options.reducedMotion,
      locale: { 'Map.Title': 'Map' },
    });
    this.map.touchZoomRotate.disableRotation();
    this.map.keyboard.disableRotation();
    this.crowd = new CrowdLayer(this.table, this.camera, this.frameClock, palette(this.theme));
    this.portraits = new Portraits(this.map.getCanvasContainer(), this.table);
    this.trails = new Trails(this.map, () =>
      this.map.getLayer(CROWD_LAYER) ? CROWD_LAYER : LOWEST_NAMES,
    );
    this.regions = new Regions(this.map, this.theme);
    this.drawn = new Sketch(this.map);
    this.fineNet = new FineNet(this.map);
    this.listen();
  }

  // --- marks ---------------------------------------------------------------------------------

  setMarks(marks: Iterable<Mark>): void {
    const kept = new Set<string>();
    for (const mark of marks) {
      kept.add(mark.id);
      this.put(mark);
    }
    // Backwards: removing fills the gap with the last mark.
    for (let slot = this.table.count - 1; slot >= 0; slot--) {
      const id = this.table.marks[slot]?.id;
      if (id !== undefined && !kept.has(id)) this.remove(id);
    }
  }

  put(mark: Mark): void {
    this.table.put(mark, this.clock(), this.reduced ? 0 : mark.glideMs / 1000);
    this.portraits.update(mark);
    if (this.wantedTrails.has(mark.id)) this.trails.recolour(mark.id, mark.colour);
    if (mark.id === this.selected || this.trails.has(mark.id)) this.followersAt = 0;
    this.changed();
  }

  remove(id: string): void {
    this.portraits.drop(id);
    if (this.hovered === id) this.hover(null);
    if (!this.table.remove(id)) return;
    this.setTrail(id, null);
    if (this.followed === id) this.endFollow();
    if (this.selected === id) this.followersAt = 0;
    this.changed();
  }

  select(id: string | null): void {
    if (id === this.selected) return;
    this.selected = id;
    this.portraits.select(id);
    this.followersAt = 0;
    this.arrange();
  }

  setTrail(id: string, points: readonly TrailPoint[] | null): void {
    if (points) this.wantedTrails.set(id, points);
    else this.wantedTrails.delete(id);
    if (!this.ready) return;
    this.trails.set(id, points, this.markOf(id)?.colour ?? TONES[this.theme].grey);
    this.followersAt = 0;
    this.map.triggerRepaint();
  }

  pick(x: number, y: number): string | null {
    const { table } = this;
    const camera = this.camera();
    const now = this.clock();
    const place: Place = { x: 0, y: 0 };
    let nearest: string | null = null;
    let least = PICK_RADIUS ** 2;
    for (let slot = 0; slot < table.count; slot++) {
      table.placeOf(slot, now, place);
      const dx = screenX(camera, place.x) - x;
      const dy = screenY(camera, place.y) - y;
      const square = dx * dx + dy * dy;
      if (square > least) continue;
      least = square;
      nearest = table.marks[slot]?.id ?? null;
    }
    return nearest;
  }

  // --- regions -------------------------------------------------------------------------------

  setAreas(areas: readonly Area[]): void {
    this.regions.set(areas);
  }

  selectArea(id: string | null): void {
    this.regions.select(id);
  }

  showArea(id: string): void {
    const box = this.regions.boxOf(id);
    if (box) this.fit([box.west, box.south, box.east, box.north], AREA_MAX_ZOOM);
  }

  sketch(draft: Draft | null, colour?: string): void {
    this.drawn.show(draft, colour);
  }

  // --- camera --------------------------------------------------------------------------------

  follow(id: string | null): void {
    if (id === this.followed) return;
    this.followed = id;
    // While following, zooming keeps the followed mark in the middle instead of the pointer.
    const around = id ? ({ around: 'center' } as const) : undefined;
    for (const handler of [this.map.scrollZoom, this.map.touchZoomRotate]) {
      handler.disable();
      handler.enable(around);
    }
    this.map.touchZoomRotate.disableRotation();
    if (!id) return;
    this.fly(() => this.easeToFollowed());
    this.arrange();
  }

  fitAll(): void {
    const bounds = boundsOf(this.table.marks);
    if (!bounds) return;
    const { west, south, east, north } = bounds;
    const one = east - west < ONE_PLACE && north - south < ONE_PLACE;
    this.fit([west, south, east, north], one ? FIT_PLACE_ZOOM : FIT_MAX_ZOOM);
  }

  private fit(bounds: [number, number, number, number], maxZoom: number): void {
    this.endFollow();
    this.fly(() =>
      this.map.fitBounds(bounds, {
        padding: FIT_MARGIN,
        maxZoom,
        duration: this.duration(FOLLOW_MS),
      }),
    );
  }

  flyTo(id: string): void {
    if (this.table.slotOf(id) === undefined) return;
    if (id !== this.followed) this.endFollow();
    this.fly(() =>
      this.map.flyTo({
        center: this.whereIn(id, FLIGHT_MS / 1000),
        zoom: Math.max(this.map.getZoom(), NEAR_ZOOM),
        duration: this.duration(FLIGHT_MS),
      }),
    );
  }

  zoomIn(): void {
    this.flight = null;
    this.map.zoomIn({ duration: this.duration(250) });
  }

  zoomOut(): void {
    this.flight = null;
    this.map.zoomOut({ duration: this.duration(250) });
  }

  view(): View {
    const { lng, lat } = this.map.getCenter().wrap();
    return { zoom: this.map.getZoom(), lat, lng };
  }

  setView({ zoom, lat, lng }: View): void {
    this.endFollow();
    this.flight = null;
    this.map.jumpTo({ zoom, center: [lng, lat] });
  }

  /**
   * Panels come and go without moving the map under the user's eyes: only what counts as its
   * middle moves, and with it a flight that is under way and a mark that is followed.
   */
  setPadding(padding: Padding): void {
    const before = this.map.getPadding();
    const sides = ['top', 'right', 'bottom', 'left'] as const;
    if (sides.every((side) => before[side] === padding[side])) return;
    const interrupted = this.flight;
    if (!this.ready) {
      this.map.setPadding({ ...padding });
      if (interrupted) this.fly(interrupted);
      return;
    }
    const middle = this.map.unproject([
      (padding.left + this.width - padding.right) / 2,
      (padding.top + this.height - padding.bottom) / 2,
    ]);
    this.map.jumpTo({ center: middle, padding: { ...padding } });
    if (interrupted) this.fly(interrupted);
    else if (this.followed !== null) this.fly(() => this.easeToFollowed());
  }

  scale(): Scale {
    return scaleBar(metresPerPixel(this.map.getCenter().lat, this.map.getZoom()));
  }

  // --- appearance ----------------------------------------------------------------------------

  setTheme(theme: Theme): void {
    if (theme === this.theme) return;
    this.theme = theme;
    this.crowd.palette = palette(theme);
    if (!this.ready) return; // `install` will do it
    repaint(this.map, theme);
    this.regions.setTheme(theme);
    this.map.triggerRepaint();
  }

  setReducedMotion(reduced: boolean): void {
    this.reduced = reduced;
    if (reduced) this.table.settle();
    this.changed();
  }

  // --- events --------------------------------------------------------------------------------

  onSelect(listener: (id: string | null) => void): Unsubscribe {
    return this.selectListeners.add(listener);
  }

  onDeed(listener: (deed: Deed) => void): Unsubscribe {
    return this.drawn.onDeed(listener);
  }

  onFollowEnd(listener: (id: string) => void): Unsubscribe {
    return this.followEndListeners.add(listener);
  }

  onReady(listener: () => void): Unsubscribe {
    if (this.ready) listener();
    return this.readyListeners.add(listener);
  }

  onIdle(listener: () => void): Unsubscribe {
    if (this.idle) listener();
    return this.idleListeners.add(listener);
  }

  onScale(listener: (scale: Scale) => void): Unsubscribe {
    return this.scaleListeners.add(listener);
  }

  onView(listener: (view: View) => void): Unsubscribe {
    return this.viewListeners.add(listener);
  }

  onTrouble(listener: (why: string) => void): Unsubscribe {
    for (const why of this.troubles) listener(why);
    return this.troubleListeners.add(listener);
  }

  destroy(): void {
    if (this.destroyed) return;
    this.destroyed = true;
    clearTimeout(this.frameTimer);
    clearTimeout(this.arrangeTimer);
    clearTimeout(this.viewTimer);
    this.portraits.destroy();
    this.drawn.destroy();
    this.map.remove();
    this.container.classList.remove('sightline-map');
    delete document.documentElement.dataset['map'];
  }

  // --- inside --------------------------------------------------------------------------------

  private listen(): void {
    const { map } = this;
    // Again after a lost graphics context, when MapLibre builds its style anew.
    map.on('style.load', () => this.install());
    map.on('render', () => this.afterFrame());
    map.on('idle', () => this.nowIdle());
    map.on('movestart', (event) => {
      if (!this.holding) this.setIdle(false);
      const cause = event.originalEvent;
      if (cause instanceof KeyboardEvent && cause.key.startsWith('Arrow')) this.draggedAway();
    });
    map.on('dragstart', () => this.draggedAway());
    map.on('move', () => {
      this.arrangeSoon();
      this.tellScale();
    });
    map.on('moveend', () => {
      this.flight = null;
      this.arrangeSoon();
      this.fineNet.draw();
      this.tellViewSoon();
    });
    map.on('resize', () => {
      this.width = this.container.clientWidth;
      this.height = this.container.clientHeight;
      this.arrangeSoon();
    });
    map.on('click', (event) => {
      if (this.drawn.on) this.drawn.tap(event);
      else this.selectListeners.tell(this.markUnder(event) ?? this.areaUnder(event));
    });
    map.on('mousemove', (event) => {
      if (!this.drawn.on) this.hover(map.isMoving() ? null : this.markUnder(event));
    });
    map.on('mouseout', () => this.hover(null));
    map.on('error', ({ error }) => this.tellTrouble(error.message));
  }

  private install(): void {
    const { map } = this;
    if (!map.hasImage(CLEARINGS)) {
      const data = new Uint8Array(SQUARE_PX * SQUARE_PX * 4);
      map.addImage(CLEARINGS, { width: SQUARE_PX, height: SQUARE_PX, data });
    }
    if (!map.getLayer(CROWD_LAYER)) map.addLayer(this.crowd, LOWEST_NAMES);
    repaint(map, this.theme);
    for (const [id, points] of this.wantedTrails) {
      this.trails.set(id, points, this.markOf(id)?.colour ?? TONES[this.theme].grey);
    }
    this.followersAt = 0;
    this.regions.install();
    this.clearings = '';
    const first = !this.ready;
    this.ready = true;
    this.fineNet.install();
    this.arrange();
    if (!first) return;
    this.readyListeners.tell();
    this.tellScale();
  }

  /** The moment a frame shows: the same for camera, crowd and portraits, however long it takes. */
  private readonly frameClock = (): number => (this.frameAt ??= this.clock());

  private readonly clock = (): number => (performance.now() - this.epoch) / 1000;

  private readonly camera = (): Camera => {
    const centre = this.map.getCenter();
    const origin = this.map.project(centre);
    return {
      centre: { x: toX(centre.lng), y: toY(centre.lat) },
      originX: origin.x,
      originY: origin.y,
      pixelsPerStep: pixelsPerStep(this.map.getZoom()),
      width: this.width,
      height: this.height,
    };
  };

  private markOf(id: string): Mark | undefined {
    const slot = this.table.slotOf(id);
    return slot === undefined ? undefined : this.table.marks[slot];
  }

  private markUnder(event: MapMouseEvent): string | null {
    return Portraits.idAt(event.originalEvent.target) ?? this.pick(event.point.x, event.point.y);
  }

  private areaUnder({ lngLat }: MapMouseEvent): string | null {
    const { lat, lng } = lngLat.wrap();
    return this.regions.at(lat, lng, metresPerPixel(lat, this.map.getZoom()));
  }

  /** The name of the dot under the pointer; a portrait has its own. */
  private hover(id: string | null): void {
    if (id === this.hovered) return;
    this.hovered = id;
    this.map.getCanvas().style.cursor = id === null ? '' : 'pointer';
    this.portraits.hint(id === null ? null : (this.markOf(id) ?? null));
    this.portraits.move(this.camera(), this.clock());
  }

  /** Marks changed: draw a frame, and soon look again which of them are portraits. */
  private changed(): void {
    this.map.triggerRepaint();
    this.arrangeSoon();
  }

  private arrangeSoon(): void {
    if (this.arrangeTimer) return;
    this.arrangeTimer = window.setTimeout(() => this.arrange(), ARRANGE_MS);
  }

  private arrange(): void {
    clearTimeout(this.arrangeTimer);
    this.arrangeTimer = 0;
    const now = this.clock();
    if (now > REBASE_AFTER_S) {
      this.table.rebase(now);
      this.epoch += now * 1000;
      this.frameAt = null;
      this.arrange();
      return;
    }
    const camera = this.camera();
    const pinned = new Set<string>();
    if (this.selected !== null) pinned.add(this.selected);
    if (this.followed !== null) pinned.add(this.followed);
    const found = prominence(this.table, camera, now, pinned, this.portraits);
    this.fastest = found.fastest;
    this.moving = found.moving;
    this.portraits.show(found.ids);
    this.portraits.move(camera, now);
    this.keepClear(this.portraits.arrange(camera, now), camera);
    this.map.triggerRepaint();
  }

  /** After MapLibre drew a frame: what lies over it moves along, and the next frame is planned. */
  private afterFrame(): void {
    const now = this.frameClock();
    this.frameAt = null;
    this.portraits.move(this.camera(), now);
    this.followSelected(now);
    if (!this.moving) this.keepFollowing();
    if (!this.idle && this.ready && !this.map.isMoving() && this.map.areTilesLoaded()) {
      // MapLibre's own "idle" never comes while marks glide.
      if (this.moving) this.nowIdle();
    }
    if (!this.moving) return;
    this.arrangeSoon();
    clearTimeout(this.frameTimer);
    const wait = pause(this.fastest);
    if (wait > 0) {
      this.frameTimer = window.setTimeout(this.nextFrame, wait);
    } else {
      // Asked for before MapLibre asks for its own, so that the camera is set before it draws.
      requestAnimationFrame(this.nextFrame);
      this.map.triggerRepaint();
    }
  }

  private readonly nextFrame = (): void => {
    if (this.destroyed) return;
    this.frameAt = this.clock();
    this.keepFollowing();
    this.map.triggerRepaint();
  };

  /** The accuracy circle and the head of the trail go with the mark as it is drawn. */
  private followSelected(now: number): void {
    if (!this.ready) return;
    const ids = new Set(this.wantedTrails.keys());
    if (this.selected !== null) ids.add(this.selected);
    const still = [...ids].every((id) => {
      const slot = this.table.slotOf(id);
      return slot === undefined || this.table.speedOf(slot, now) === 0;
    });
    const at = performance.now();
    if (this.followersAt > 0 && (still ? this.settled : at - this.followersAt < FOLLOWERS_MS))
      return;
    this.followersAt = at;
    this.settled = still;
    this.drawAccuracy();
    for (const id of this.wantedTrails.keys()) {
      const place = this.placeOf(id);
      if (place) this.trails.leadTo(id, toLng(place.x), toLat(place.y));
    }
  }

  private drawAccuracy(): void {
    const source = this.map.getSource<GeoJSONSource>(ACCURACY);
    const mark = this.selected === null ? undefined : this.markOf(this.selected);
    const place = mark ? this.placeOf(mark.id) : null;
    const circle =
      mark && place && mark.accuracy !== undefined && mark.accuracy > 0
        ? accuracyCircle(toLng(place.x), toLat(place.y), mark.accuracy)
        : null;
    source?.setData({
      type: 'FeatureCollection',
      features: circle
        ? [{ type: 'Feature', properties: { colour: mark?.colour }, geometry: circle }]
        : [],
    });
  }

  /** Tell MapLibre what portraits cover, so that it puts no names there. */
  private keepClear(boxes: readonly Box[], camera: Camera): void {
    if (!this.ready || this.map.isMoving()) return;
    const squares = squaresOver(boxes).map(({ x, y }) => ({
      x: (camera.centre.x + (x - camera.originX) / camera.pixelsPerStep) >>> 0,
      y: (camera.centre.y + (y - camera.originY) / camera.pixelsPerStep) >>> 0,
    }));
    // In units of some pixels: a mark that creeps is not worth placing all names again.
    const unit = camera.pixelsPerStep / 12;
    const key = squares.map(({ x, y }) => `${Math.round(x * unit)} ${Math.round(y * unit)}`).join();
    if (key === this.clearings) return;
    this.clearings = key;
    this.map.getSource<GeoJSONSource>(CLEARINGS)?.setData({
      type: 'FeatureCollection',
      features: squares.map(({ x, y }) => ({
        type: 'Feature',
        properties: {},
        geometry: { type: 'Point', coordinates: [toLng(x), toLat(y)] },
      })),
    });
  }

  // --- following and flying ------------------------------------------------------------------

  private fly(flight: () => void): void {
    flight(); // ends the flight before it, and so `flight` is set afterwards
    this.flight = this.map.isMoving() || !this.ready ? flight : null;
  }

  private duration(ms: number): number {
    // Before there is anything to see, the camera is simply put where it belongs.
    return this.reduced || !this.ready ? 0 : ms;
  }

  private placeOf(id: string, now = this.clock()): Place | null {
    const slot = this.table.slotOf(id);
    return slot === undefined ? null : this.table.placeOf(slot, now, { x: 0, y: 0 });
  }

  /** Where a mark will be in so many seconds, as far as its glide tells. */
  private whereIn(id: string, seconds: number): [number, number] {
    const place = this.placeOf(id, this.clock() + (this.reduced ? 0 : seconds)) ?? { x: 0, y: 0 };
    return [toLng(place.x), toLat(place.y)];
  }

  private easeToFollowed(): void {
    if (this.followed === null || this.table.slotOf(this.followed) === undefined) return;
    this.map.easeTo({
      center: this.whereIn(this.followed, FOLLOW_MS / 1000),
      duration: this.duration(FOLLOW_MS),
    });
  }

  /** Between the user's gestures and flights, hold the followed mark in the middle. */
  private keepFollowing(): void {
    if (this.followed === null || this.map.isMoving()) return;
    const place = this.placeOf(this.followed, this.frameAt ?? this.clock());
    if (!place) return;
    const camera = this.camera();
    const x = screenX(camera, place.x) - camera.originX;
    const y = screenY(camera, place.y) - camera.originY;
    const off = Math.hypot(x, y);
    if (off < 0.3) return;
    // Far off, for example when a fix arrived that could not glide: fly, do not flash.
    if (off > 40 && !this.reduced) this.fly(() => this.easeToFollowed());
    else {
      this.holding = true;
      this.map.jumpTo({ center: [toLng(place.x), toLat(place.y)] });
      this.holding = false;
    }
  }

  private draggedAway(): void {
    this.flight = null;
    this.endFollow();
  }

  private endFollow(): void {
    const id = this.followed;
    if (id === null) return;
    this.follow(null);
    this.followEndListeners.tell(id);
  }

  // --- telling the page ----------------------------------------------------------------------

  private setIdle(idle: boolean): void {
    if (idle === this.idle) return;
    this.idle = idle;
    document.documentElement.dataset['map'] = idle ? 'idle' : 'moving';
  }

  private nowIdle(): void {
    if (this.idle) return;
    this.setIdle(true);
    this.idleListeners.tell();
  }

  private tellScale(): void {
    const scale = this.scale();
    const key = `${scale.px} ${scale.text}`;
    if (key === this.lastScale) return;
    this.lastScale = key;
    this.scaleListeners.tell(scale);
  }

  private tellViewSoon(): void {
    // A followed mark moves the view all the time; a page that writes it into its address may not
    // do so too often.
    if (this.holding && this.viewTimer) return;
    clearTimeout(this.viewTimer);
    this.viewTimer = window.setTimeout(
      () => {
        this.viewTimer = 0;
        const view = this.view();
        const key = `${view.zoom} ${view.lat} ${view.lng}`;
        if (key === this.lastView) return;
        this.lastView = key;
        this.viewListeners.tell(view);
      },
      this.holding ? HELD_VIEW_MS : ARRANGE_MS,
    );
  }

  private tellTrouble(why: string): void {
    console.warn(`Map: ${why}`);
    if (this.troubles.has(why)) return;
    this.troubles.add(why);
    this.troubleListeners.tell(why);
  }
}

function palette(theme: Theme): CrowdPalette {
  return { ring: shares(TONES[theme].ring), grey: shares(TONES[theme].grey) };
}
