/** Where what is drawn is in pixels of the map, and the other way round. */
import type { Map as MapLibreMap } from 'maplibre-gl';
import type { Draft, Handle } from './draft';
import { destination, nearTo, unrolled } from './shapes';
import type { Spot } from './shapes';

export type Pixel = readonly [x: number, y: number];

/** The map ends there, degrees north and south. */
const MOST_LAT = 85.05;

export class Plane {
  constructor(private readonly map: MapLibreMap) {}

  /** Where the copy of a spot that is nearest to the middle of the view is drawn. */
  toPixel(spot: Spot): Pixel {
    return this.projected({ lat: spot.lat, lon: this.near(spot.lon) });
  }

  /** Where a spot is drawn whose longitude may lie beyond ±180. */
  projected({ lat, lon }: Spot): Pixel {
    const { x, y } = this.map.project([lon, Math.max(-MOST_LAT, Math.min(MOST_LAT, lat))]);
    return [x, y];
  }

  toSpot([x, y]: Pixel): Spot {
    return spotOf(this.map.unproject([x, y]));
  }

  pixelOf(event: MouseEvent): Pixel {
    const { left, top } = this.map.getContainer().getBoundingClientRect();
    return [event.clientX - left, event.clientY - top];
  }

  /** The copy of a longitude that is nearest to the middle of the view. */
  near(lon: number): number {
    return nearTo(lon, this.map.getCenter().lng);
  }

  /** The corners of the copy of a polygon that is nearest to the middle of the view. */
  cornersOf(draft: Draft | null): Spot[] {
    return unrolled(draft?.points ?? [], this.map.getCenter().lng);
  }

  /** Where a handle of a draft is, or null if the draft has no such handle. */
  spotOfHandle(handle: Handle, draft: Draft | null): Spot | null {
    if (!draft) return null;
    switch (handle.is) {
      case 'centre':
        return draft.centre;
      case 'rim':
        return draft.centre && destination(draft.centre, draft.rim, draft.radius);
      case 'corner':
        return draft.points[handle.n] ?? null;
      case 'middle': {
        const corners = this.cornersOf(draft);
        const [a, b] = [corners[handle.n], corners[(handle.n + 1) % corners.length]];
        if (!a || !b) return null;
        return { lat: (a.lat + b.lat) / 2, lon: (a.lon + nearTo(b.lon, a.lon)) / 2 };
      }
    }
  }
}

export function spotOf({ lat, lng }: { lat: number; lng: number }): Spot {
  return { lat, lon: lng };
}
