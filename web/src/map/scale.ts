/** Lengths for the scale bar: round numbers that fit. */
import { customs } from '../ui/customs';
import type { Units } from '../ui/customs';
import { inOneLine, measured } from '../ui/numbers';
import type { Scale } from './types';

const LONGEST_PX = 100;

/** The units of a bar, in metres, the longest first. */
const SIZES: Readonly<Record<Units, readonly (readonly [metres: number, unit: string])[]>> = {
  metric: [
    [1000, 'kilometer'],
    [1, 'meter'],
    [0.01, 'centimeter'],
  ],
  imperial: [
    [1609.344, 'mile'],
    [0.3048, 'foot'],
  ],
};

/**
 * The longest bar of 1, 2 or 5 times a power of ten metres (or feet, or miles) that fits.
 *
 * @param metres metres per CSS pixel
 */
export function scaleBar(metres: number, units: Units = customs.value.units): Scale {
  const room = metres * LONGEST_PX;
  const sizes = SIZES[units];
  const [size, unit] = sizes.find(([one]) => one <= room) ?? sizes.at(-1) ?? [1, 'meter'];
  const most = room / size;
  const power = 10 ** Math.floor(Math.log10(most));
  // A hair of tolerance, or rounding would turn a length that just fits into the next shorter one.
  const times = [5, 2, 1].find((n) => n * power <= most * (1 + 1e-9)) ?? 1;
  const length = times * power;
  return { px: Math.round((length * size) / metres), text: inOneLine(measured(length, unit)) };
}
