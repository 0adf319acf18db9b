/** Colours that tell subscriptions apart. */

/** Colours tell subscriptions apart. */
const COLOURS = 8;

export function colourOf(key: number): string {
  return `c${String(((key - 1) % COLOURS) + 1)}`;
}
