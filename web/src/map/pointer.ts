/** What is under the pointer: which mark or region was touched, and the name of a dot. */
import type { Map as MapLibreMap, MapMouseEvent } from 'maplibre-gl';
import { screenX, screenY } from './camera';
import type { CrowdBuffer, Place } from './crowdbuffer';
import type { DoubtfulSpots } from './doubtful';
import type { MapEvents } from './events';
import type { FrameClock } from './frameclock';
import { Portraits } from './portraits';
import type { Regions } from './regions';
import type { Sketch } from './sketch';
import type { Viewport } from './viewport';

/** How far from a dot a touch may be, pixels. */
const PICK_RADIUS = 14;

interface Parts {
  readonly map: MapLibreMap;
  readonly table: CrowdBuffer;
  readonly clock: FrameClock;
  readonly viewport: Viewport;
  readonly portraits: Portraits;
  readonly regions: Regions;
  readonly sketch: Sketch;
  readonly doubtful: DoubtfulSpots;
  readonly events: MapEvents;
}

export class Pointer {
  private hovered: string | null = null;

  constructor(private readonly parts: Parts) {
    const { map, sketch, events } = parts;
    map.on('click', (event) => {
      if (sketch.on) sketch.tap(event);
      else if (this.parts.doubtful.touched(event)) return;
      else events.select.tell(this.markUnder(event) ?? this.areaUnder(event));
    });
    map.on('mousemove', (event) => {
      if (!sketch.on) this.hover(map.isMoving() ? null : this.markUnder(event));
    });
    map.on('mouseout', () => this.hover(null));
  }

  /** The mark sketch nearest to a place (CSS pixels from the container's top left), if any is near. */
  pick(x: number, y: number): string | null {
    const { table, clock, viewport } = this.parts;
    const camera = viewport.camera();
    const now = clock.now();
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

  /** This mark is no more. */
  forget(id: string): void {
    if (this.hovered === id) this.hover(null);
  }

  private markUnder(event: MapMouseEvent): string | null {
    return Portraits.idAt(event.originalEvent.target) ?? this.pick(event.point.x, event.point.y);
  }

  private areaUnder({ lngLat }: MapMouseEvent): string | null {
    const { regions, viewport } = this.parts;
    const { lat, lng } = lngLat.wrap();
    return regions.at(lat, lng, viewport.metresPerPixel(lat));
  }

  /** The name of the dot under the pointer; a portrait has its own. */
  private hover(id: string | null): void {
    if (id === this.hovered) return;
    const { map, clock, viewport, portraits } = this.parts;
    this.hovered = id;
    map.getCanvas().style.cursor = id === null ? '' : 'pointer';
    portraits.hint(id === null ? null : (viewport.markOf(id) ?? null));
    portraits.move(viewport.camera(), clock.now());
  }
}
