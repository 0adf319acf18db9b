/**
 * How often moving marks need a new picture. A car seen from the height of a continent moves a
 * pixel a minute; drawing it sixty times a second would only warm the phone.
 */

/** The step between two pictures that an eye takes for smooth movement. */
const SMOOTH_STEP_PX = 0.4;
const SLOWEST_MS = 1000;

/**
 * Milliseconds until the next picture is due, 0 for "the next frame".
 *
 * @param fastest pixels per second of the fastest mark in view
 */
export function pause(fastest: number): number {
  if (fastest <= 0) return SLOWEST_MS;
  const due = (SMOOTH_STEP_PX / fastest) * 1000;
  return due < 17 ? 0 : Math.min(SLOWEST_MS, due);
}
