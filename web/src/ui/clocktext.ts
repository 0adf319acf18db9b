/** A time of day to the millisecond, for lists in which many things happen in a second. */

/** From epoch milliseconds: "14:32:07.918". */
export function clockText(at: number): string {
  const when = new Date(at);
  const pad = (n: number, width = 2) => String(n).padStart(width, '0');
  return `${pad(when.getHours())}:${pad(when.getMinutes())}:${pad(when.getSeconds())}.${pad(when.getMilliseconds(), 3)}`;
}
