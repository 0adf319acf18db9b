/**
 * Keeps the base map's names out from under portraits and their names. MapLibre places its names
 * round pictures; so what is covered is told to it as invisible pictures, squares of one size.
 */
import type { Box } from './labels';

/** Side of the invisible picture, pixels. */
export const SQUARE_PX = 20;

/** Middles of squares that together cover the boxes, and not much more. */
export function squaresOver(boxes: readonly Box[]): { x: number; y: number }[] {
  return boxes.flatMap(({ left, top, right, bottom }) => {
    const columns = middles(left, right);
    return middles(top, bottom).flatMap((y) => columns.map((x) => ({ x, y })));
  });
}

/** Evenly spread, overlapping rather than leaving gaps, and not beyond the ends if that can be. */
function middles(from: number, to: number): number[] {
  const count = Math.ceil((to - from) / SQUARE_PX);
  if (count <= 1) return [(from + to) / 2];
  const step = (to - from - SQUARE_PX) / (count - 1);
  return Array.from({ length: count }, (_, i) => from + SQUARE_PX / 2 + i * step);
}
