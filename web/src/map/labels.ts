/**
 * Where names of portraits go: below if there is room, otherwise beside or above, otherwise nowhere.
 */

export type Side = 'below' | 'right' | 'left' | 'above';
const SIDES: readonly Side[] = ['below', 'right', 'left', 'above'];

export const LABEL_HEIGHT = 19;
/** Between the edge of the disc and the name. */
const GAP = 5;

export interface Labelled {
  /** Middle of the disc, pixels. */
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  /** Width of the name with its padding. */
  readonly width: number;
  /** Where the name is now; kept while it is free, so that names do not hop. */
  readonly side: Side | null;
  /** Shown even if it covers something. */
  readonly always: boolean;
}

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export function labelBox({ x, y, radius, width }: Labelled, side: Side): Box {
  const out = radius + GAP;
  const left = side === 'right' ? x + out : side === 'left' ? x - out - width : x - width / 2;
  const top =
    side === 'below' ? y + out : side === 'above' ? y - out - LABEL_HEIGHT : y - LABEL_HEIGHT / 2;
  return { left, top, right: left + width, bottom: top + LABEL_HEIGHT };
}

const overlap = (a: Box, b: Box) =>
  a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;

export function discBox({ x, y, radius }: Labelled): Box {
  const r = radius - 3; // a corner of the square may be covered, the disc is round
  return { left: x - r, top: y - r, right: x + r, bottom: y + r };
}

/**
 * @param portraits the most important first: they get the better places
 * @param width of the view: names are not cut off at its edges
 * @returns for each portrait the side of its name, or null when there is no room
 */
export function placeLabels(portraits: readonly Labelled[], width: number): (Side | null)[] {
  const discs = portraits.map(discBox);
  const taken: Box[] = [];
  return portraits.map((portrait, i) => {
    // "Below" is where a name is looked for, so back to it as soon as that is free; after that,
    // where it is now.
    const order = new Set<Side>(['below', portrait.side ?? 'below', ...SIDES]);
    for (const side of order) {
      const box = labelBox(portrait, side);
      if (side !== 'below' && side !== 'above' && (box.left < 2 || box.right > width - 2)) continue;
      if (taken.some((other) => overlap(other, box))) continue;
      if (discs.some((disc, j) => j !== i && overlap(disc, box))) continue;
      taken.push(box);
      return side;
    }
    if (!portrait.always) return null;
    taken.push(labelBox(portrait, 'below'));
    return 'below';
  });
}
