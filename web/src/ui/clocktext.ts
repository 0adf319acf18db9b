/** A time of day to the millisecond, for lists in which many things happen in a second. */
import { fineClockText } from './times';

/** From epoch milliseconds: "14:32:07.918". */
export function clockText(at: number): string {
  return fineClockText(at / 1000);
}
