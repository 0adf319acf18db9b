/**
 * The map: the only room that knows MapLibre. Import it when a map is wanted, it is large.
 *
 * Here its parts are made and put together. The table of marks (crowdbuffer.ts) is drawn by the
 * crowd on the graphics card (crowd.ts), by portraits in the document, by trails and the accuracy
 * circle (companions.ts); frameloop.ts keeps them in step; flights.ts moves the camera; pointer.ts
 * knows what is under the pointer; events.ts tells the page.
 */
import { t } from '@lingui/core/macro';
import 'maplibre-gl/dist/maplibre-gl.css';
import './map.css';
import './sketch.css';
import { Map as MapLibreMap, setWorkerUrl } from 'maplibre-gl';
import workerUrl from 'virtual:map-worker';
import { attribution } from './attribution';
import { serveArchive } from './basemap';
import { boundsOf } from './bounds';
import type { Bounds } from './bounds';
import { Companions } from './companions';
import { DoubtfulSpots } from './doubtful';
import { CROWD_LAYER, CrowdLayer, type CrowdPalette } from './crowd';
import { CrowdBuffer } from './crowdbuffer';
import { MapEvents } from './events';
import { FineNet } from './finenet';
import { Flights } from './flights';
import { Heat } from './heat';
import { FrameClock } from './frameclock';
import { FrameLoop } from './frameloop';
import { KeepClear } from './keepclear';
import { Marks } from './marks';
import { missingMap, noWebgl } from './missing';
import { PlacePin } from './placepin';
import { Pointer } from './pointer';
import { Portraits } from './portraits';
import { Regions } from './regions';
import { rangeStore } from './rangestore';
import { Sketch } from './sketch';
import type { MapState } from './state';
import { LOWEST_NAMES } from './layerids';
import { Streets } from './streets/streets';
import { mapStyle, repaint } from './style';
import { shares, TONES } from './tones';
import type { MapOptions, SightlineMap, Theme, View } from './types';
import { Viewport } from './viewport';

setWorkerUrl(workerUrl);

export { workerUrl };

const MIN_ZOOM = 1;
const MAX_ZOOM = 19;
/** As near as `showArea` and `showPlaces` go. */
const AREA_MAX_ZOOM = 15.5;
const START: View = { zoom: 1.6, lat: 28, lng: 12 };

export function createMap(container: HTMLElement, options: MapOptions): SightlineMap {
  container.classList.add('sightline-map');
  document.documentElement.dataset['map'] = 'loading';
  try {
    const parts = makeParts(container, options);
    listen(parts);
    return asOne(parts);
  } catch (error) {
    console.error(error);
    container.replaceChildren();
    return missingMap(container, error instanceof Error ? error.message : noWebgl());
  }
}

/** Drawn once more, because what a card has shown it need not keep. */
function pictureOf(map: MapLibreMap): string {
  map.redraw();
  return map.getCanvas().toDataURL('image/png');
}

type Parts = ReturnType<typeof makeParts>;

/** Make the parts, each with those it needs. */
function makeParts(container: HTMLElement, options: MapOptions) {
  const state: MapState = {
    theme: options.theme,
    reduced: options.reducedMotion,
    ready: false,
    selected: null,
    followed: null,
  };
  const store = options.keepsRanges === true ? rangeStore() : null;
  const world = worldArchive(options);
  serveArchive(world, { store });
  const map = openMap(container, options, world);
  const table = new CrowdBuffer();
  const clock = new FrameClock();
  const viewport = new Viewport(map, container, table, clock);
  const crowd = new CrowdLayer(table, viewport.camera, clock.frame, palette(state.theme));
  const portraits = new Portraits(map.getCanvasContainer(), table);
  const companions = new Companions(map, table, viewport, state);
  const regions = new Regions(map, state.theme);
  const sketch = new Sketch(map);
  const fineNet = new FineNet(map);
  const clearings = new KeepClear(map, state);
  const events = new MapEvents(viewport, state);
  const streets = new Streets({
    map,
    state,
    language: navigator.language,
    store,
    world,
    trouble: (why) => events.tellTrouble(why),
  });
  const flights = new Flights({ map, table, clock, viewport, events, state, streets });
  const shown = { map, table, clock, viewport, portraits, companions, events, state };
  const frames = new FrameLoop({ ...shown, clearings, flights });
  const failed = new Set<string>();
  const retry = () => {
    events.forgetTroubles();
    for (const source of failed) if (map.getSource(source)) map.refreshTiles(source);
    failed.clear();
  };
  const blocked = (event: SecurityPolicyViolationEvent) => streets.blocked(event.blockedURI);
  const doubtful = new DoubtfulSpots(map, state);
  const placePin = new PlacePin(map);
  const heat = new Heat(map, state);
  const pointer = new Pointer({ ...shown, regions, sketch, doubtful });
  const marks = new Marks({ ...shown, flights, frames, pointer });
  const drawn = { crowd, regions, sketch, fineNet, clearings, doubtful, streets, placePin, heat };
  const heard = { failed, retry, blocked };
  return { container, ...shown, ...drawn, ...heard, flights, frames, pointer, marks };
}

/** The map of the world, by a name that changes with it: parts of it are kept on the device. */
function worldArchive({ basemap }: MapOptions): string {
  const found = new URL(basemap ?? 'basemap/world.pmtiles', document.baseURI);
  if (basemap === undefined) found.searchParams.set('v', __BASEMAP__);
  return found.href;
}

function openMap(container: HTMLElement, options: MapOptions, archive: string): MapLibreMap {
  const view = options.view ?? START;
  const map = new MapLibreMap({
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
    locale: { 'Map.Title': t`Map` },
  });
  if (options.padding) map.setPadding({ ...options.padding });
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  return map;
}

function listen(parts: Parts): void {
  const { map, events, flights, frames, fineNet, viewport, streets } = parts;
  // Again after a lost graphics context, when MapLibre builds its style anew.
  map.on('style.load', () => {
    install(parts);
  });
  map.on('render', () => frames.afterFrame());
  map.on('idle', () => events.tellIdle());
  map.on('movestart', (event) => {
    if (!flights.holding) events.notIdle();
    const cause = event.originalEvent;
    if (cause instanceof KeyboardEvent && cause.key.startsWith('Arrow')) flights.draggedAway();
  });
  map.on('dragstart', () => flights.draggedAway());
  map.on('move', () => {
    frames.arrangeSoon();
    events.tellScale();
    streets.moved(false);
  });
  map.on('moveend', () => {
    flights.forget();
    frames.arrangeSoon();
    fineNet.draw();
    streets.moved(true);
    events.tellViewSoon(flights.holding);
  });
  map.on('resize', () => {
    viewport.measure();
    frames.arrangeSoon();
  });
  map.on('error', (event) => {
    const { message } = event.error;
    const source = 'sourceId' in event ? String(event.sourceId) : undefined;
    if (source !== undefined) parts.failed.add(source);
    if (!streets.failed(source, message)) events.tellTrouble(message);
  });
  addEventListener('online', parts.retry);
  document.addEventListener('securitypolicyviolation', parts.blocked);
}

/** Put what is ours into a style that was just loaded. */
function install(parts: Parts): void {
  const { map, crowd, state, companions, regions, clearings, fineNet, frames, events } = parts;
  clearings.install();
  if (!map.getLayer(CROWD_LAYER)) map.addLayer(crowd, LOWEST_NAMES);
  repaint(map, state.theme);
  companions.install();
  regions.install();
  parts.doubtful.install();
  parts.heat.install();
  const first = !state.ready;
  state.ready = true;
  parts.streets.install();
  fineNet.install();
  frames.arrange();
  if (first) events.tellReady();
}

/** What the page gets to see of the parts. */
function asOne(parts: Parts): SightlineMap {
  const { marks, flights, frames, regions, sketch, viewport, pointer, events } = parts;
  return {
    attribution: attribution(),
    setTheme: (theme) => {
      setTheme(parts, theme);
    },
    ...asMaps(parts),
    setReducedMotion: (reduced) => marks.setReducedMotion(reduced),
    setPadding: (padding) => flights.setPadding(padding),
    setMarks: (all) => marks.setAll(all),
    put: (mark) => marks.put(mark),
    remove: (id) => marks.remove(id),
    select: (id) => marks.select(id),
    follow: (id) => {
      if (flights.follow(id)) frames.arrange();
    },
    picture: () => pictureOf(parts.map),
    fitAll: () => flights.fitAll(),
    fitSome: (ids) => flights.fitSome(ids),
    flyTo: (id) => flights.flyTo(id),
    setTrail: (id, points) => marks.setTrail(id, points),
    setDoubtful: (spots) => parts.doubtful.set(spots),
    setHeat: (spots) => parts.heat.set(spots),
    showPlaces: (places) => showBox(flights, boundsOf(places)),
    setAreas: (areas) => regions.set(areas),
    selectArea: (id) => regions.select(id),
    showPlace: (place) => {
      const [west, south, east, north] = place.box;
      flights.fit([west, south, east, north], place.maxZoom);
      parts.placePin.show(place);
    },
    showArea: (id) => {
      showBox(flights, regions.boxOf(id));
    },
    sketch: (draft, colour) => sketch.show(draft, colour),
    zoomIn: () => flights.zoomIn(),
    zoomOut: () => flights.zoomOut(),
    view: () => viewport.view(),
    setView: (view) => flights.setView(view),
    scale: () => viewport.scale(),
    pick: (x, y) => pointer.pick(x, y),
    onSelect: (listener) => events.select.add(listener),
    onEdit: (listener) => sketch.onEdit(listener),
    onFollowEnd: (listener) => events.followEnd.add(listener),
    onReady: (listener) => events.onReady(listener),
    onIdle: (listener) => events.onIdle(listener),
    onScale: (listener) => events.scale.add(listener),
    onView: (listener) => events.view.add(listener),
    onTrouble: (listener) => events.onTrouble(listener),
    destroy: once(() => {
      destroy(parts);
    }),
  };
}

function showBox(flights: Flights, box: Bounds | null | undefined): void {
  if (box) flights.fit([box.west, box.south, box.east, box.north], AREA_MAX_ZOOM);
}

/** What of it is about the maps of the server. */
function asMaps({ streets }: Parts) {
  return {
    setMaps: (maps) => streets.set(maps),
    namesInView: () => streets.namesInView(),
    chooseLayer: (name) => streets.choose(name),
    onCredits: (listener) => streets.onCredits(listener),
  } satisfies Partial<SightlineMap>;
}

function setTheme(parts: Parts, theme: Theme): void {
  const { map, state, crowd, regions, doubtful, streets, heat } = parts;
  if (theme === state.theme) return;
  state.theme = theme;
  crowd.palette = palette(theme);
  if (!state.ready) return; // `install` will do it
  repaint(map, theme);
  streets.recolour();
  regions.setTheme(theme);
  doubtful.recolour();
  heat.recolour();
  map.triggerRepaint();
}

function destroy(parts: Parts): void {
  const { container, map, frames, events, portraits, sketch, doubtful } = parts;
  removeEventListener('online', parts.retry);
  document.removeEventListener('securitypolicyviolation', parts.blocked);
  frames.destroy();
  events.destroy();
  portraits.destroy();
  sketch.destroy();
  doubtful.destroy();
  parts.streets.destroy();
  parts.placePin.remove();
  map.remove();
  container.classList.remove('sightline-map');
  delete document.documentElement.dataset['map'];
  delete document.documentElement.dataset['maps'];
}

function once(call: () => void): () => void {
  let done = false;
  return () => {
    if (!done) call();
    done = true;
  };
}

function palette(theme: Theme): CrowdPalette {
  return { ring: shares(TONES[theme].ring), grey: shares(TONES[theme].grey) };
}
