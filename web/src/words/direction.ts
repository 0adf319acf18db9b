/** Which way lines run: what stands at their beginning is at the right in Arabic or Hebrew. */

/** Whether lines of this page run from right to left. */
export function isLeftward(): boolean {
  return document.documentElement.dir === 'rtl';
}

/** One step on (1) or back (-1) by an arrow key across; 0 by any other key. */
export function stepAcross(key: string, leftward = isLeftward()): -1 | 0 | 1 {
  if (key !== 'ArrowRight' && key !== 'ArrowLeft') return 0;
  return (key === 'ArrowLeft') === leftward ? 1 : -1;
}
