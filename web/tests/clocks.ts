/** Clocks that stand still until a test turns them. */
import { vi } from 'vitest';

/** Stop all clocks that the page looks at, at this time (epoch milliseconds). */
export function stopClocks(at: number): void {
  vi.useFakeTimers({
    toFake: [
      'setTimeout',
      'clearTimeout',
      'setInterval',
      'clearInterval',
      'Date',
      'requestAnimationFrame',
      'performance',
    ],
  });
  vi.setSystemTime(at);
}
