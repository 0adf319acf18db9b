/**
 * Plans the frames. MapLibre draws one only when something asks for it; while marks glide, that is
 * as often as an eye needs (pacing.ts). A few times a second it is chosen anew which marks are
 * portraits.
 */
import type { Map as MapLibreMap } from 'maplibre-gl';
import type { Companions } from './companions';
import type { CrowdBuffer } from './crowdbuffer';
import type { MapEvents } from './events';
import type { Flights } from './flights';
import type { FrameClock } from './frameclock';
import type { KeepClear } from './keepclear';
import { pause } from './pacing';
import type { Portraits } from './portraits';
import { prominence } from './prominence';
import type { MapState } from './state';
import type { Viewport } from './viewport';

/** Between two choices of portraits, milliseconds. */
const ARRANGE_MS = 200;
/** The clock's zero is moved on when it is so far back. */
const REBASE_AFTER_S = 3600;

interface Parts {
  readonly map: MapLibreMap;
  readonly table: CrowdBuffer;
  readonly clock: FrameClock;
  readonly viewport: Viewport;
  readonly portraits: Portraits;
  readonly companions: Companions;
  readonly clearings: KeepClear;
  readonly flights: Flights;
  readonly events: MapEvents;
  readonly state: MapState;
}

export class FrameLoop {
  /** Pixels per second of the fastest mark in view, and whether any mark moves at all. */
  private fastest = 0;
  private moving = false;
  private frameTimer = 0;
  private arrangeTimer = 0;
  private destroyed = false;

  constructor(private readonly parts: Parts) {}

  /** Marks changed: draw a frame, and soon look again which of them are portraits. */
  changed(): void {
    this.parts.map.triggerRepaint();
    this.arrangeSoon();
  }

  arrangeSoon(): void {
    if (this.arrangeTimer) return;
    this.arrangeTimer = window.setTimeout(() => this.arrange(), ARRANGE_MS);
  }

  arrange(): void {
    const { map, table, clock, viewport, portraits, clearings } = this.parts;
    clearTimeout(this.arrangeTimer);
    this.arrangeTimer = 0;
    const now = clock.now();
    if (now > REBASE_AFTER_S) {
      table.rebase(now);
      clock.rebase(now);
      this.arrange();
      return;
    }
    const camera = viewport.camera();
    const found = prominence(table, camera, now, this.pinned(), portraits);
    this.fastest = found.fastest;
    this.moving = found.moving;
    portraits.show(found.ids);
    portraits.move(camera, now);
    clearings.cover(portraits.arrange(camera, now), camera);
    map.triggerRepaint();
  }

  /** After MapLibre drew a frame: what lies over it moves along, and the next frame is planned. */
  afterFrame(): void {
    const { map, clock, viewport, portraits, companions, flights, events, state } = this.parts;
    const now = clock.frame();
    clock.endFrame();
    portraits.move(viewport.camera(), now);
    companions.follow(now);
    if (!this.moving) {
      flights.keepFollowing();
      return;
    }
    // MapLibre's own "idle" never comes while marks glide.
    if (!events.atRest && state.ready && !map.isMoving() && map.areTilesLoaded()) events.tellIdle();
    this.planNext();
  }

  destroy(): void {
    this.destroyed = true;
    clearTimeout(this.frameTimer);
    clearTimeout(this.arrangeTimer);
  }

  private pinned(): ReadonlySet<string> {
    const { selected, followed } = this.parts.state;
    const pinned = new Set<string>();
    if (selected !== null) pinned.add(selected);
    if (followed !== null) pinned.add(followed);
    return pinned;
  }

  private planNext(): void {
    this.arrangeSoon();
    clearTimeout(this.frameTimer);
    const wait = pause(this.fastest);
    if (wait > 0) {
      this.frameTimer = window.setTimeout(this.nextFrame, wait);
    } else {
      // Asked for before MapLibre asks for its own, so that the camera is set before it draws.
      requestAnimationFrame(this.nextFrame);
      this.parts.map.triggerRepaint();
    }
  }

  private readonly nextFrame = (): void => {
    if (this.destroyed) return;
    this.parts.clock.beginFrame();
    this.parts.flights.keepFollowing();
    this.parts.map.triggerRepaint();
  };
}
