/** The fine net of the graticule, drawn only round what is in view. */
import type { GeoJSONSource, Map as MapLibreMap } from 'maplibre-gl';
import { fineGraticule, fineStep } from './graticule';
import { FINE_GRATICULE } from './layerids';

export class FineNet {
  private drawn = '';

  constructor(private readonly map: MapLibreMap) {}

  /** The style is there, for the first time or anew. */
  install(): void {
    this.drawn = '';
    this.draw();
  }

  draw(): void {
    const source = this.map.getSource<GeoJSONSource>(FINE_GRATICULE);
    if (!source) return;
    const step = fineStep(this.map.getZoom());
    const view = this.map.getBounds();
    const [west, east] = [view.getWest(), view.getEast()];
    const [south, north] = [view.getSouth(), view.getNorth()];
    // A view more on every side, in whole steps of a view, so that small moves change nothing.
    const wide = east - west;
    const high = north - south;
    const column = Math.floor(west / wide);
    const row = Math.floor(south / high);
    const key = step === null ? '' : `${step} ${wide.toFixed(5)} ${column} ${row}`;
    if (key === this.drawn) return;
    this.drawn = key;
    const bounds = {
      west: (column - 1) * wide,
      east: (column + 3) * wide,
      south: (row - 1) * high,
      north: (row + 3) * high,
    };
    source.setData(
      step === null ? { type: 'FeatureCollection', features: [] } : fineGraticule(bounds, step),
    );
  }
}
