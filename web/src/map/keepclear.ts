/** Tells MapLibre what portraits cover, so that it puts no names there (clearings.ts). */
import type { GeoJSONSource, Map as MapLibreMap } from 'maplibre-gl';
import type { Camera } from './camera';
import { SQUARE_PX, squaresOver } from './clearings';
import type { Box } from './labels';
import { toLat, toLng } from './mercator';
import type { MapState } from './state';
import { CLEARINGS } from './layerids';

/** In units of so many pixels: a mark that creeps is not worth placing all names again. */
const UNIT_PX = 12;

export class KeepClear {
  private told = '';

  constructor(
    private readonly map: MapLibreMap,
    private readonly state: MapState,
  ) {}

  /** The style is there, for the first time or anew. */
  install(): void {
    this.told = '';
    if (this.map.hasImage(CLEARINGS)) return;
    const data = new Uint8Array(SQUARE_PX * SQUARE_PX * 4);
    this.map.addImage(CLEARINGS, { width: SQUARE_PX, height: SQUARE_PX, data });
  }

  cover(boxes: readonly Box[], camera: Camera): void {
    if (!this.state.ready || this.map.isMoving()) return;
    const squares = squaresOver(boxes).map(({ x, y }) => ({
      x: (camera.centre.x + (x - camera.originX) / camera.pixelsPerStep) >>> 0,
      y: (camera.centre.y + (y - camera.originY) / camera.pixelsPerStep) >>> 0,
    }));
    const unit = camera.pixelsPerStep / UNIT_PX;
    const key = squares.map(({ x, y }) => `${Math.round(x * unit)} ${Math.round(y * unit)}`).join();
    if (key === this.told) return;
    this.told = key;
    this.map.getSource<GeoJSONSource>(CLEARINGS)?.setData({
      type: 'FeatureCollection',
      features: squares.map(({ x, y }) => ({
        type: 'Feature',
        properties: {},
        geometry: { type: 'Point', coordinates: [toLng(x), toLat(y)] },
      })),
    });
  }
}
