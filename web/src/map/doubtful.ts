/**
 * Fixes that are not believed: hollow grey points, and the reason of the one under the pointer or
 * that was touched. They are no marks: nothing is selected by them.
 */
import { Popup } from 'maplibre-gl';
import type { GeoJSONSource, Map as MapLibreMap, MapMouseEvent } from 'maplibre-gl';
import type { FeatureCollection, Point } from 'geojson';
import { LOWEST_NAMES } from './layerids';
import type { MapState } from './state';
import { TONES } from './tones';
import type { DoubtfulSpot } from './types';

const NAME = 'doubtful';
/** How far from a point a touch may be, pixels. */
const NEAR = 10;

export class DoubtfulSpots {
  private spots: readonly DoubtfulSpot[] = [];
  private readonly reason = new Popup({
    closeButton: false,
    closeOnClick: false,
    className: 'doubtful-reason',
    offset: 10,
  });

  constructor(
    private readonly map: MapLibreMap,
    private readonly state: MapState,
  ) {
    map.on('mousemove', (event) => {
      if (this.spots.length > 0) this.tell(this.under(event));
    });
  }

  /** Put them into a style that was just loaded. */
  install(): void {
    if (this.spots.length > 0) this.draw();
  }

  set(spots: readonly DoubtfulSpot[]): void {
    this.spots = spots;
    this.reason.remove();
    if (this.state.ready) this.draw();
  }

  recolour(): void {
    if (!this.map.getLayer(NAME)) return;
    this.map.setPaintProperty(NAME, 'circle-stroke-color', TONES[this.state.theme].place);
  }

  /** Somebody touched the map: whether it was one of these, whose reason is shown then. */
  touched(event: MapMouseEvent): boolean {
    const spot = this.under(event);
    this.tell(spot);
    return spot !== undefined;
  }

  destroy(): void {
    this.reason.remove();
  }

  private draw(): void {
    const source = this.map.getSource<GeoJSONSource>(NAME);
    if (source) {
      source.setData(features(this.spots));
      return;
    }
    if (this.spots.length === 0) return;
    this.map.addSource(NAME, { type: 'geojson', data: features(this.spots) });
    this.map.addLayer(
      {
        id: NAME,
        type: 'circle',
        source: NAME,
        paint: {
          'circle-radius': 6,
          'circle-opacity': 0,
          'circle-stroke-width': 2.5,
          'circle-stroke-color': TONES[this.state.theme].place,
        },
      },
      LOWEST_NAMES,
    );
  }

  private under({ point }: MapMouseEvent): DoubtfulSpot | undefined {
    let found: DoubtfulSpot | undefined;
    let least = NEAR ** 2;
    for (const spot of this.spots) {
      const { x, y } = this.map.project([spot.lng, spot.lat]);
      const square = (x - point.x) ** 2 + (y - point.y) ** 2;
      if (square > least) continue;
      least = square;
      found = spot;
    }
    return found;
  }

  private tell(spot: DoubtfulSpot | undefined): void {
    if (spot === undefined) {
      this.reason.remove();
      return;
    }
    this.reason.setLngLat([spot.lng, spot.lat]).setText(spot.text);
    if (!this.reason.isOpen()) this.reason.addTo(this.map);
  }
}

function features(spots: readonly DoubtfulSpot[]): FeatureCollection<Point> {
  return {
    type: 'FeatureCollection',
    features: spots.map(({ lng, lat }) => ({
      type: 'Feature',
      properties: {},
      geometry: { type: 'Point', coordinates: [lng, lat] },
    })),
  };
}
