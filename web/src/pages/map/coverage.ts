/** What the panels cover of the map. */
import type { Padding } from '../../map/types';
import { isLeftward } from '../../words/direction';

export interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** What may lie over the map; null for what is not shown. */
export interface Panels {
  readonly roster: Box | null;
  readonly drawer: Box | null;
  readonly bar: Box | null;
  readonly banner: Box | null;
}

export interface Size {
  readonly wide: number;
  readonly high: number;
}

/** Measure what the panels cover, in pixels. */
export function covered(): Padding {
  const box = (selector: string) => {
    const rect = document.querySelector(selector)?.getBoundingClientRect();
    return rect && rect.width > 0 && rect.height > 0 ? rect : null;
  };
  const panels = {
    roster: box('.roster'),
    drawer: box('.drawer'),
    bar: box('.timebar'),
    banner: box('.past-banner'),
  };
  return coveredBy(panels, { wide: innerWidth, high: innerHeight }, isLeftward());
}

/** What these panels cover. Where lines run to the left, the list is at the right. */
export function coveredBy(panels: Panels, size: Size, leftward: boolean): Padding {
  if (!leftward) return size.wide <= 760 ? onPhone(panels, size) : onDesktop(panels, size);
  const { roster, drawer, bar, banner } = panels;
  const turned = (box: Box | null) =>
    box && { ...mirrored(box, size.wide), top: box.top, bottom: box.bottom };
  const seen = { roster: turned(roster), drawer: turned(drawer), bar, banner };
  const padding = coveredBy(seen, size, false);
  return { ...padding, left: padding.right, right: padding.left };
}

function mirrored({ left, right }: Box, wide: number): { left: number; right: number } {
  return { left: wide - right, right: wide - left };
}

function onPhone({ roster, drawer, bar, banner }: Panels, { wide, high }: Size): Padding {
  const sheet = drawer ?? roster;
  const most = high * 0.6;
  const above = banner ?? bar;
  // On its side it has the list beside the map.
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

function onDesktop({ roster, drawer, bar, banner }: Panels, { wide, high }: Size): Padding {
  const right = drawer && drawer.left > wide / 2 ? wide - drawer.left : 0;
  return {
    top: (banner?.bottom ?? 0) + 28,
    right: right + 64,
    left: (roster?.right ?? 88) + 24,
    bottom: bar ? high - bar.top + 16 : 48,
  };
}
