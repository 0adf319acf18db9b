/** A mark for a place that was looked for: it shows where that is, and fades. */
import { Marker } from 'maplibre-gl';
import type { Map as MapLibreMap } from 'maplibre-gl';
import type { PlaceToShow } from './types';

/** How long it stands, in milliseconds; the last part of that it fades (map.css). */
const STANDS = 12_000;
/** Half of its dot, pixels: the middle of that is the place. */
const HALF = 12;

export class PlacePin {
  private marker: Marker | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly map: MapLibreMap) {}

  show({ lat, lng, label }: PlaceToShow): void {
    this.remove();
    const element = document.createElement('div');
    element.className = 'place-pin';
    element.dataset['place'] = label;
    const name = document.createElement('span');
    name.textContent = label;
    element.append(document.createElement('i'), name);
    // It is told by the list already; here it only points.
    element.setAttribute('aria-hidden', 'true');
    this.marker = new Marker({ element, anchor: 'bottom', offset: [0, HALF] })
      .setLngLat([lng, lat])
      .addTo(this.map);
    this.timer = setTimeout(() => this.remove(), STANDS);
  }

  remove(): void {
    clearTimeout(this.timer);
    this.marker?.remove();
    this.marker = null;
  }
}
