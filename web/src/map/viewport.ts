/** What part of the world the map shows, and where on it a mark is. */
import type { Map as MapLibreMap } from 'maplibre-gl';
import type { Camera } from './camera';
import type { CrowdBuffer, Place } from './crowdbuffer';
import type { FrameClock } from './frameclock';
import { metresPerPixel, pixelsPerStep, toX, toY } from './mercator';
import { scaleBar } from './scale';
import type { Mark, Scale, View } from './types';

export class Viewport {
  /** CSS pixels of the container. */
  width = 0;
  height = 0;

  constructor(
    private readonly map: MapLibreMap,
    private readonly container: HTMLElement,
    private readonly table: CrowdBuffer,
    private readonly clock: FrameClock,
  ) {
    this.measure();
  }

  /** Take the size of the container, which MapLibre says has changed. */
  measure(): void {
    this.width = this.container.clientWidth;
    this.height = this.container.clientHeight;
  }

  readonly camera = (): Camera => {
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

  markOf(id: string): Mark | undefined {
    const slot = this.table.slotOf(id);
    return slot === undefined ? undefined : this.table.marks[slot];
  }

  /** Where a mark is drawn at a moment of the clock. */
  placeOf(id: string, at = this.clock.now()): Place | null {
    const slot = this.table.slotOf(id);
    return slot === undefined ? null : this.table.placeOf(slot, at, { x: 0, y: 0 });
  }

  view(): View {
    const { lng, lat } = this.map.getCenter().wrap();
    return { zoom: this.map.getZoom(), lat, lng };
  }

  metresPerPixel(lat = this.map.getCenter().lat): number {
    return metresPerPixel(lat, this.map.getZoom());
  }

  scale(): Scale {
    return scaleBar(this.metresPerPixel());
  }
}
