/**
 * The table of all marks, in the layout the graphics card draws from: 32 bytes a mark.
 *
 *     word 0-3  from x, from y, to x, to y      uint32, see mercator.ts
 *     word 4-5  glide began, glide lasts        float32 seconds on this table's own clock
 *     word 6    radius in 1/8 px, blue, green, red   one byte each, red lowest
 *     word 7    flags and heading               heading in 1/65536 turns, lowest 16 bits
 *
 * Pure bookkeeping: no WebGL here. A mark keeps its slot until it or the last mark is removed;
 * removing moves the last mark into the gap, so slots 0 … count-1 are always in use.
 */
import type { Mark, Presence } from './types';
import { between, progress, toX, toY } from './mercator';

export const WORDS = 8;
export const BYTES = WORDS * 4;

const FROM_X = 0;
const FROM_Y = 1;
const TO_X = 2;
const TO_Y = 3;
const BEGAN = 4;
const LASTS = 5;
const PAINT = 6;
const STATE = 7;

/** Bits of word 7, mirrored in the shader. */
export const POINTS_AHEAD = 1 << 16;
export const STALE = 1 << 17;
export const OFFLINE = 1 << 18;
export const HIDDEN = 1 << 19;

const PRESENCE_BITS: Record<Presence, number> = { live: 0, stale: STALE, offline: OFFLINE };
const RADIUS_PX: Record<Mark['kind'], number> = { friend: 4.25, other: 3.5 };
const FALLBACK_COLOUR = 0x808080;

/** A place in Web Mercator steps. */
export interface Place {
  x: number;
  y: number;
}

/** Slots `first` to `last`, both included. */
export interface SlotRange {
  readonly first: number;
  readonly last: number;
}

const colours = new Map<string, number>();

/** '#rrggbb' → red in the lowest byte. Remembered: thousands of marks share a few colours. */
function packColour(hex: string): number {
  const known = colours.get(hex);
  if (known !== undefined) return known;
  const rgb = /^#[0-9a-f]{6}$/i.test(hex) ? parseInt(hex.slice(1), 16) : FALLBACK_COLOUR;
  const packed = ((rgb & 0xff) << 16) | (rgb & 0xff00) | (rgb >> 16);
  colours.set(hex, packed);
  return packed;
}

export class CrowdBuffer {
  /** Slots in use. */
  count = 0;
  u32: Uint32Array;
  f32: Float32Array;
  /** The mark in each slot. */
  readonly marks: Mark[] = [];
  private readonly slots = new Map<string, number>();
  private first = Infinity;
  private last = -1;

  constructor(capacity = 256) {
    const bytes = new ArrayBuffer(capacity * BYTES);
    this.u32 = new Uint32Array(bytes);
    this.f32 = new Float32Array(bytes);
  }

  get capacity(): number {
    return this.u32.length / WORDS;
  }

  slotOf(id: string): number | undefined {
    return this.slots.get(id);
  }

  /**
   * Add or change a mark. A known one glides from where it is drawn now; a new one is there at once.
   *
   * @param now seconds on this table's clock
   * @param glide seconds
   * @returns its slot
   */
  put(mark: Mark, now: number, glide: number): number {
    let slot = this.slots.get(mark.id);
    const x = toX(mark.lng);
    const y = toY(mark.lat);
    const isNew = slot === undefined;
    if (slot === undefined) {
      slot = this.count;
      if (slot === this.capacity) this.grow();
      this.count += 1;
      this.slots.set(mark.id, slot);
    }
    const { u32, f32 } = this;
    const at = slot * WORDS;
    if (isNew) {
      u32[at + FROM_X] = x;
      u32[at + FROM_Y] = y;
      u32[at + STATE] = 0;
      f32[at + BEGAN] = now;
      f32[at + LASTS] = 0;
    } else if (u32[at + TO_X] !== x || u32[at + TO_Y] !== y) {
      // The numbers are read here, not through `placeOf`, because this runs 10,000 times in a row.
      const share = progress(now, f32[at + BEGAN] as number, f32[at + LASTS] as number);
      u32[at + FROM_X] = between(u32[at + FROM_X] as number, u32[at + TO_X] as number, share);
      u32[at + FROM_Y] = between(u32[at + FROM_Y] as number, u32[at + TO_Y] as number, share);
      f32[at + BEGAN] = now;
      f32[at + LASTS] = glide;
    } // else: same place again, so a glide under way goes on undisturbed
    u32[at + TO_X] = x;
    u32[at + TO_Y] = y;
    u32[at + PAINT] = (packColour(mark.colour) | ((RADIUS_PX[mark.kind] * 8) << 24)) >>> 0;
    const hidden = (u32[at + STATE] as number) & HIDDEN;
    u32[at + STATE] = (stateBits(mark) | hidden) >>> 0;
    this.marks[slot] = mark;
    this.touch(slot);
    return slot;
  }

  /** @returns whether there was such a mark */
  remove(id: string): boolean {
    const slot = this.slots.get(id);
    if (slot === undefined) return false;
    this.slots.delete(id);
    this.count -= 1;
    const moved = this.marks[this.count];
    this.marks.length = this.count;
    if (slot !== this.count && moved) {
      this.u32.copyWithin(slot * WORDS, this.count * WORDS, (this.count + 1) * WORDS);
      this.marks[slot] = moved;
      this.slots.set(moved.id, slot);
      this.touch(slot);
    }
    return true;
  }

  /** A hidden mark is not drawn by the graphics card (because something else draws it). */
  setHidden(slot: number, hidden: boolean): void {
    const at = slot * WORDS + STATE;
    const before = this.u32[at] as number;
    const after = (hidden ? before | HIDDEN : before & ~HIDDEN) >>> 0;
    if (after === before) return;
    this.u32[at] = after;
    this.touch(slot);
  }

  /** Where a mark is drawn at a moment. Writes into `place` and returns it, to make no garbage. */
  placeOf(slot: number, now: number, place: Place): Place {
    const { u32, f32 } = this;
    const at = slot * WORDS;
    const share = progress(now, f32[at + BEGAN] as number, f32[at + LASTS] as number);
    place.x = between(u32[at + FROM_X] as number, u32[at + TO_X] as number, share);
    place.y = between(u32[at + FROM_Y] as number, u32[at + TO_Y] as number, share);
    return place;
  }

  /** Steps per second at which a mark is drawn moving at a moment; 0 when it rests. */
  speedOf(slot: number, now: number): number {
    const { u32, f32 } = this;
    const at = slot * WORDS;
    const lasts = f32[at + LASTS] as number;
    if (!(lasts > 0) || now >= (f32[at + BEGAN] as number) + lasts) return 0;
    const x = ((u32[at + TO_X] as number) - (u32[at + FROM_X] as number)) | 0;
    const y = ((u32[at + TO_Y] as number) - (u32[at + FROM_Y] as number)) | 0;
    return Math.sqrt(x * x + y * y) / lasts; // Math.hypot is ten times slower
  }

  /** End all glides where they lead: used when motion is switched off. */
  settle(): void {
    for (let slot = 0; slot < this.count; slot++) this.f32[slot * WORDS + LASTS] = 0;
    this.touchAll();
  }

  /**
   * Move the clock's zero so many seconds later. A float32 counts milliseconds for a few hours
   * only, so the owner does this now and then.
   */
  rebase(seconds: number): void {
    for (let slot = 0; slot < this.count; slot++) {
      const at = slot * WORDS + BEGAN;
      this.f32[at] = (this.f32[at] as number) - seconds;
    }
    this.touchAll();
  }

  /** The slots changed since the last call, or null. */
  takeDirty(): SlotRange | null {
    const first = this.first;
    const last = Math.min(this.last, this.count - 1);
    this.first = Infinity;
    this.last = -1;
    return first <= last ? { first, last } : null;
  }

  touchAll(): void {
    if (this.count === 0) return;
    this.first = 0;
    this.last = this.count - 1;
  }

  private touch(slot: number): void {
    if (slot < this.first) this.first = slot;
    if (slot > this.last) this.last = slot;
  }

  private grow(): void {
    const larger = new Uint32Array(this.u32.length * 2);
    larger.set(this.u32);
    this.u32 = larger;
    this.f32 = new Float32Array(larger.buffer);
    this.touchAll();
  }
}

function stateBits(mark: Mark): number {
  let bits = PRESENCE_BITS[mark.presence];
  if (mark.heading !== undefined) {
    bits |= Math.round((mark.heading / 360) * 65536) & 0xffff;
    if (mark.moving) bits |= POINTS_AHEAD;
  }
  return bits;
}
