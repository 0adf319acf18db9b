/** The marks: they come, change and go, and one of them is the selected one. */
import type { Map as MapLibreMap } from 'maplibre-gl';
import type { Companions } from './companions';
import type { CrowdBuffer } from './crowdbuffer';
import type { Flights } from './flights';
import type { FrameClock } from './frameclock';
import type { FrameLoop } from './frameloop';
import type { Pointer } from './pointer';
import type { Portraits } from './portraits';
import type { MapState } from './state';
import type { Mark, TrailPoint } from './types';

interface Parts {
  readonly map: MapLibreMap;
  readonly table: CrowdBuffer;
  readonly clock: FrameClock;
  readonly portraits: Portraits;
  readonly companions: Companions;
  readonly flights: Flights;
  readonly frames: FrameLoop;
  readonly pointer: Pointer;
  readonly state: MapState;
}

export class Marks {
  constructor(private readonly parts: Parts) {}

  /** Make these, and no others, the marks on the map. */
  setAll(marks: Iterable<Mark>): void {
    const { table } = this.parts;
    const kept = new Set<string>();
    for (const mark of marks) {
      kept.add(mark.id);
      this.put(mark);
    }
    // Backwards: removing fills the gap with the last mark.
    for (let slot = table.count - 1; slot >= 0; slot--) {
      const id = table.marks[slot]?.id;
      if (id !== undefined && !kept.has(id)) this.remove(id);
    }
  }

  put(mark: Mark): void {
    const { table, clock, portraits, companions, frames, state } = this.parts;
    table.put(mark, clock.now(), state.reduced ? 0 : mark.glideMs / 1000);
    portraits.update(mark);
    companions.update(mark);
    frames.changed();
  }

  remove(id: string): void {
    const { table, portraits, companions, flights, frames, pointer, state } = this.parts;
    portraits.drop(id);
    pointer.forget(id);
    if (!table.remove(id)) return;
    this.setTrail(id, null);
    if (state.followed === id) flights.endFollow();
    if (state.selected === id) companions.renew();
    frames.changed();
  }

  select(id: string | null): void {
    const { portraits, companions, frames, state } = this.parts;
    if (id === state.selected) return;
    state.selected = id;
    portraits.select(id);
    companions.renew();
    frames.arrange();
  }

  setTrail(id: string, points: readonly TrailPoint[] | null): void {
    const { map, companions } = this.parts;
    if (companions.setTrail(id, points)) map.triggerRepaint();
  }

  setReducedMotion(reduced: boolean): void {
    const { table, frames, state } = this.parts;
    state.reduced = reduced;
    if (reduced) table.settle();
    frames.changed();
  }
}
