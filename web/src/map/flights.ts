/** Moves the camera: to a view, to a mark, along with a mark. */
import type { Map as MapLibreMap } from 'maplibre-gl';
import { boundsOf } from './bounds';
import { screenX, screenY } from './camera';
import type { CrowdBuffer } from './crowdbuffer';
import type { MapEvents } from './events';
import type { FrameClock } from './frameclock';
import { toLat, toLng } from './mercator';
import type { MapState } from './state';
import type { Streets } from './streets/streets';
import type { Mark, Padding, View } from './types';
import type { Viewport } from './viewport';

const FOLLOW_MS = 600;
const FLIGHT_MS = 900;
const ZOOM_MS = 250;
/** From these zooms, `flyTo` keeps the user's own: with streets to see there, and without. */
const STREET_ZOOM = 15.5;
const NEAR_ZOOM = 9;
/** As near as `fitAll` goes: for marks apart from each other, and for those all in one place. */
const FIT_MAX_ZOOM = 14;
const FIT_PLACE_ZOOM = 10;
/** With streets to see there. */
const FIT_STREET_ZOOM = 15;
/** What counts as one place, degrees. */
const ONE_PLACE = 0.005;
/** Room round the marks when all are shown, pixels. */
const FIT_MARGIN = 56;
/** Held in the middle this exactly; from farther off than that, the camera flies back; pixels. */
const HELD_PX = 0.3;
const FAR_OFF_PX = 40;

interface Parts {
  readonly map: MapLibreMap;
  readonly table: CrowdBuffer;
  readonly clock: FrameClock;
  readonly viewport: Viewport;
  readonly events: MapEvents;
  readonly state: MapState;
  readonly streets: Streets;
}

export class Flights {
  /** The last flight of the camera, to be flown again when it is disturbed. */
  private flight: (() => void) | null = null;
  /** The camera is being moved along with a followed mark, which is not a journey of its own. */
  private isHolding = false;

  constructor(private readonly parts: Parts) {}

  get holding(): boolean {
    return this.isHolding;
  }

  /** Keep a mark in the middle. Returns whether another one than before is followed from now on. */
  follow(id: string | null): boolean {
    const { map, state } = this.parts;
    if (id === state.followed) return false;
    state.followed = id;
    // While following, zooming keeps the followed mark in the middle instead of the pointer.
    const around = id ? ({ around: 'center' } as const) : undefined;
    for (const handler of [map.scrollZoom, map.touchZoomRotate]) {
      handler.disable();
      handler.enable(around);
    }
    map.touchZoomRotate.disableRotation();
    if (!id) return false;
    this.fly(() => this.easeToFollowed());
    return true;
  }

  /** Nothing is followed any more, and the page is told. */
  endFollow(): void {
    const { state, events } = this.parts;
    const id = state.followed;
    if (id === null) return;
    this.follow(null);
    events.followEnd.tell(id);
  }

  fitAll(): void {
    this.fitMarks(this.parts.table.marks);
  }

  fitSome(ids: readonly string[]): void {
    this.fitMarks(ids.flatMap((id) => this.parts.viewport.markOf(id) ?? []));
  }

  private fitMarks(marks: readonly Mark[]): void {
    const bounds = boundsOf(marks);
    if (!bounds) return;
    const { west, south, east, north } = bounds;
    const streets = this.parts.streets.hasStreetsAt((west + east) / 2, (south + north) / 2);
    const one = east - west < ONE_PLACE && north - south < ONE_PLACE;
    const place = one && !streets ? FIT_PLACE_ZOOM : FIT_MAX_ZOOM;
    this.fit([west, south, east, north], streets ? FIT_STREET_ZOOM : place);
  }

  fit(bounds: [number, number, number, number], maxZoom: number): void {
    this.endFollow();
    this.fly(() =>
      this.parts.map.fitBounds(bounds, {
        padding: FIT_MARGIN,
        maxZoom,
        duration: this.duration(FOLLOW_MS),
      }),
    );
  }

  flyTo(id: string): void {
    const { map, table, state, streets } = this.parts;
    if (table.slotOf(id) === undefined) return;
    if (id !== state.followed) this.endFollow();
    this.fly(() => {
      const [lng, lat] = this.whereIn(id, FLIGHT_MS / 1000);
      map.flyTo({
        center: [lng, lat],
        zoom: Math.max(map.getZoom(), streets.hasStreetsAt(lng, lat) ? STREET_ZOOM : NEAR_ZOOM),
        duration: this.duration(FLIGHT_MS),
      });
    });
  }

  zoomIn(): void {
    this.forget();
    this.parts.map.zoomIn({ duration: this.duration(ZOOM_MS) });
  }

  zoomOut(): void {
    this.forget();
    this.parts.map.zoomOut({ duration: this.duration(ZOOM_MS) });
  }

  setView({ zoom, lat, lng }: View): void {
    this.endFollow();
    this.forget();
    this.parts.map.jumpTo({ zoom, center: [lng, lat] });
  }

  /**
   * Panels come and go without moving the map under the user's eyes: only what counts as its
   * middle moves, and with it a flight that is under way and a mark that is followed.
   */
  setPadding(padding: Padding): void {
    const { map, viewport, state } = this.parts;
    const before = map.getPadding();
    const sides = ['top', 'right', 'bottom', 'left'] as const;
    if (sides.every((side) => before[side] === padding[side])) return;
    const interrupted = this.flight;
    if (!state.ready) {
      map.setPadding({ ...padding });
      if (interrupted) this.fly(interrupted);
      return;
    }
    const middle = map.unproject([
      (padding.left + viewport.width - padding.right) / 2,
      (padding.top + viewport.height - padding.bottom) / 2,
    ]);
    map.jumpTo({ center: middle, padding: { ...padding } });
    if (interrupted) this.fly(interrupted);
    else if (state.followed !== null) this.fly(() => this.easeToFollowed());
  }

  /** Between the user's gestures and flights, hold the followed mark in the middle. */
  keepFollowing(): void {
    const { map, clock, viewport, state } = this.parts;
    if (state.followed === null || map.isMoving()) return;
    const place = viewport.placeOf(state.followed, clock.shown);
    if (!place) return;
    const camera = viewport.camera();
    const x = screenX(camera, place.x) - camera.originX;
    const y = screenY(camera, place.y) - camera.originY;
    const off = Math.hypot(x, y);
    if (off < HELD_PX) return;
    // Far off, for example when a fix arrived that could not glide: fly, do not flash.
    if (off > FAR_OFF_PX && !state.reduced) this.fly(() => this.easeToFollowed());
    else {
      this.isHolding = true;
      map.jumpTo({ center: [toLng(place.x), toLat(place.y)] });
      this.isHolding = false;
    }
  }

  /** The camera is where it was to go, or the user took it elsewhere. */
  forget(): void {
    this.flight = null;
  }

  /** The user moved the map by hand. */
  draggedAway(): void {
    this.forget();
    this.endFollow();
  }

  private fly(flight: () => void): void {
    flight(); // ends the flight before it, and so `flight` is set afterwards
    this.flight = this.parts.map.isMoving() || !this.parts.state.ready ? flight : null;
  }

  private duration(ms: number): number {
    // Before there is anything to see, the camera is simply put where it belongs.
    return this.parts.state.reduced || !this.parts.state.ready ? 0 : ms;
  }

  /** Where a mark will be in so many seconds, as far as its glide tells. */
  private whereIn(id: string, seconds: number): [number, number] {
    const { clock, viewport, state } = this.parts;
    const at = clock.now() + (state.reduced ? 0 : seconds);
    const place = viewport.placeOf(id, at) ?? { x: 0, y: 0 };
    return [toLng(place.x), toLat(place.y)];
  }

  private easeToFollowed(): void {
    const { map, table, state } = this.parts;
    if (state.followed === null || table.slotOf(state.followed) === undefined) return;
    map.easeTo({
      center: this.whereIn(state.followed, FOLLOW_MS / 1000),
      duration: this.duration(FOLLOW_MS),
    });
  }
}
