/** Lengths for the scale bar: round numbers that fit. */
import type { Scale } from './types';

const LONGEST_PX = 100;

/**
 * The longest bar of 1, 2 or 5 times a power of ten metres that fits.
 *
 * @param metres metres per CSS pixel
 */
export function scaleBar(metres: number): Scale {
  const most = metres * LONGEST_PX;
  const power = 10 ** Math.floor(Math.log10(most));
  // A hair of tolerance, or rounding would turn a length that just fits into the next shorter one.
  const times = [5, 2, 1].find((n) => n * power <= most * (1 + 1e-9)) ?? 1;
  const length = times * power;
  return { px: Math.round(length / metres), text: lengthText(length) };
}

function lengthText(metres: number): string {
  if (metres >= 1000) return `${(metres / 1000).toLocaleString('en')} km`;
  if (metres >= 1) return `${metres} m`;
  return `${Math.round(metres * 100)} cm`;
}
