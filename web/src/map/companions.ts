/** What goes along with a mark as it is drawn: its trail, and the circle of its accuracy. */
import type { GeoJSONSource, Map as MapLibreMap } from 'maplibre-gl';
import { accuracyCircle } from './accuracy';
import { CROWD_LAYER } from './crowd';
import type { CrowdBuffer } from './crowdbuffer';
import { toLat, toLng } from './mercator';
import type { MapState } from './state';
import { ACCURACY, LOWEST_NAMES } from './layerids';
import { TONES } from './tones';
import { Trails } from './trails';
import type { Mark, TrailPoint } from './types';
import type { Viewport } from './viewport';

/** Between two updates of what follows a gliding mark through MapLibre's worker, milliseconds. */
const EVERY_MS = 80;

export class Companions {
  private readonly trails: Trails;
  private readonly wanted = new Map<string, readonly TrailPoint[]>();
  /** When they were drawn last, `performance.now()` milliseconds; 0: to be drawn anew. */
  private drawnAt = 0;
  /** They were drawn with everything at rest, so nothing is left to do. */
  private settled = false;

  constructor(
    private readonly map: MapLibreMap,
    private readonly table: CrowdBuffer,
    private readonly viewport: Viewport,
    private readonly state: MapState,
  ) {
    this.trails = new Trails(map, () => (map.getLayer(CROWD_LAYER) ? CROWD_LAYER : LOWEST_NAMES));
  }

  /** The style is there, for the first time or anew. */
  install(): void {
    for (const [id, points] of this.wanted) this.trails.set(id, points, this.colourOf(id));
    this.renew();
  }

  /** A mark changed. */
  update(mark: Mark): void {
    if (this.wanted.has(mark.id)) this.trails.recolour(mark.id, mark.colour);
    if (mark.id === this.state.selected || this.trails.has(mark.id)) this.renew();
  }

  /** Draw them with the next frame, whatever was drawn before. */
  renew(): void {
    this.drawnAt = 0;
  }

  /** Returns whether there is something to draw. */
  setTrail(id: string, points: readonly TrailPoint[] | null): boolean {
    if (points) this.wanted.set(id, points);
    else this.wanted.delete(id);
    if (!this.state.ready) return false;
    this.trails.set(id, points, this.colourOf(id));
    this.renew();
    return true;
  }

  /** The accuracy circle and the heads of trails go where their marks are drawn at this moment. */
  follow(now: number): void {
    const { selected, ready } = this.state;
    if (!ready) return;
    const ids = new Set(this.wanted.keys());
    if (selected !== null) ids.add(selected);
    const still = [...ids].every((id) => {
      const slot = this.table.slotOf(id);
      return slot === undefined || this.table.speedOf(slot, now) === 0;
    });
    const at = performance.now();
    if (this.drawnAt > 0 && (still ? this.settled : at - this.drawnAt < EVERY_MS)) return;
    this.drawnAt = at;
    this.settled = still;
    this.drawAccuracy();
    for (const id of this.wanted.keys()) {
      const place = this.viewport.placeOf(id);
      if (place) this.trails.leadTo(id, toLng(place.x), toLat(place.y));
    }
  }

  private colourOf(id: string): string {
    return this.viewport.markOf(id)?.colour ?? TONES[this.state.theme].grey;
  }

  private drawAccuracy(): void {
    const source = this.map.getSource<GeoJSONSource>(ACCURACY);
    const { selected } = this.state;
    const mark = selected === null ? undefined : this.viewport.markOf(selected);
    const place = mark ? this.viewport.placeOf(mark.id) : null;
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
}
