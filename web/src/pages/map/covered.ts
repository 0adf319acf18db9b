/** What the panels cover of the map. */
import type { Padding } from '../../map/types';

/** Measure what the panels cover, in pixels. */
export function covered(): Padding {
  const wide = innerWidth;
  const high = innerHeight;
  const box = (selector: string) => {
    const rect = document.querySelector(selector)?.getBoundingClientRect();
    return rect && rect.width > 0 && rect.height > 0 ? rect : null;
  };
  if (wide <= 760) {
    const sheet = box('.drawer') ?? box('.roster');
    const most = high * 0.6;
    const above = box('.past-banner') ?? box('.timebar');
    // On its side it has the list at the left.
    if (sheet && sheet.right < wide * 0.6) {
      return { top: (above?.bottom ?? 0) + 24, right: 56, left: sheet.right + 24, bottom: 89 };
    }
    return {
      top: (above?.bottom ?? 0) + 40,
      right: 56,
      left: 24,
      bottom: Math.min(most, sheet ? high - sheet.top : 65) + 24,
    };
  }
  const roster = box('.roster');
  const drawer = box('.drawer');
  const bar = box('.timebar');
  const right = drawer && drawer.left > wide / 2 ? wide - drawer.left : 0;
  return {
    top: 28,
    right: right + 64,
    left: (roster?.right ?? 88) + 24,
    bottom: bar ? high - bar.top + 16 : 48,
  };
}
