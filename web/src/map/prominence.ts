/**
 * Which marks are shown as portraits (a round picture with a name) and which stay dots.
 *
 * A few friends are all portraits. When many are in view, portraits keep a distance from each
 * other, so that a crowd reads as a crowd with some faces in it and not as a carpet of faces.
 */
import { inView, screenX, screenY, type Camera } from './camera';
import type { CrowdBuffer, Place } from './crowdbuffer';
import type { Mark } from './types';

export const MOST_PORTRAITS = 200;
/** Up to so many friends in view, all are portraits however near to each other. */
const A_FEW = 24;
/** Distances between portraits, pixels: when the friends in view fit, and when they do not. */
const ELBOW_ROOM = 40;
const ELBOW_ROOM_IN_A_CROWD = 110;
/** Marks this far outside are treated as in view, so that they do not pop up at the edge. */
const MARGIN_PX = 60;

export interface Prominence {
  /** Marks to show as portraits, the most important first. */
  readonly ids: readonly string[];
  /** Pixels per second of the fastest mark in view. */
  readonly fastest: number;
  /** Whether any mark at all is on its way. */
  readonly moving: boolean;
}

interface Candidate {
  readonly id: string;
  readonly x: number;
  readonly y: number;
}

/** Lower is more important: what was shown stays, then who moves, then who is there. */
function classOf(mark: Mark, shown: boolean): number {
  const state =
    mark.presence === 'live' ? (mark.moving ? 0 : 1) : mark.presence === 'stale' ? 2 : 3;
  return state * 2 + (shown ? 0 : 1);
}
const CLASSES = 8;

/**
 * @param pinned shown in any case (the selected and the followed mark)
 * @param shown what is shown now
 */
export function prominence(
  table: CrowdBuffer,
  camera: Camera,
  now: number,
  pinned: ReadonlySet<string>,
  shown: { has(id: string): boolean },
): Prominence {
  const classes: Candidate[][] = Array.from({ length: CLASSES }, () => []);
  const chosen: Candidate[] = [];
  const place: Place = { x: 0, y: 0 };
  let friends = 0;
  let fastest = 0;
  let moving = false;
  for (let slot = 0; slot < table.count; slot++) {
    const speed = table.speedOf(slot, now);
    if (speed > 0) moving = true;
    table.placeOf(slot, now, place);
    const x = screenX(camera, place.x);
    const y = screenY(camera, place.y);
    const mark = table.marks[slot] as Mark;
    const isPinned = pinned.has(mark.id);
    if (!inView(camera, x, y, MARGIN_PX)) continue;
    if (speed > fastest) fastest = speed;
    if (isPinned) chosen.push({ id: mark.id, x, y });
    if (mark.kind !== 'friend') continue;
    friends += 1;
    if (isPinned) continue;
    classes[classOf(mark, shown.has(mark.id))]?.push({ id: mark.id, x, y });
  }
  const room =
    friends <= A_FEW ? 0 : friends <= MOST_PORTRAITS ? ELBOW_ROOM : ELBOW_ROOM_IN_A_CROWD;
  spaceOut(chosen, classes, room);
  return { ids: chosen.map(({ id }) => id), fastest: fastest * camera.pixelsPerStep, moving };
}

/** Adds to `chosen` who is farther than `room` from everybody chosen before. */
function spaceOut(chosen: Candidate[], classes: Candidate[][], room: number): void {
  // Squares as wide as the distance: only the nine around a place can hold someone too near.
  const squares = new Map<number, Candidate[]>();
  const square = (x: number, y: number) => Math.floor(y / room) * 4096 + Math.floor(x / room);
  const settle = (candidate: Candidate) => {
    const key = square(candidate.x, candidate.y);
    const there = squares.get(key);
    if (there) there.push(candidate);
    else squares.set(key, [candidate]);
  };
  const isFree = ({ x, y }: Candidate) => {
    for (let row = -1; row <= 1; row++) {
      for (let column = -1; column <= 1; column++) {
        const there = squares.get(square(x + column * room, y + row * room));
        if (there?.some((other) => Math.hypot(other.x - x, other.y - y) < room)) return false;
      }
    }
    return true;
  };
  if (room > 0) chosen.forEach(settle);
  for (const candidate of classes.flat()) {
    if (chosen.length >= MOST_PORTRAITS) return;
    if (room > 0) {
      if (!isFree(candidate)) continue;
      settle(candidate);
    }
    chosen.push(candidate);
  }
}
