/** Scrolling the roster and moving among its rows by the keyboard. */
import type { RefObject } from 'preact';
import { useEffect, useLayoutEffect, useState } from 'preact/hooks';
import type { Dispatch, StateUpdater } from 'preact/hooks';
import type { Key } from '../../net/protocol';
import { neighbour } from '../../things/roster';
import type { Item } from '../../things/roster';

/** Heights of rows and of the heads of groups, in pixels. */
export const HEIGHTS = { row: 57, group: 32 };

interface Scroll {
  readonly top: number;
  readonly height: number;
}

/** How far the list is scrolled, and how much of it is in view; both in pixels. */
export function useScroll(
  list: RefObject<HTMLElement | null>,
): [scroll: Scroll, set: Dispatch<StateUpdater<Scroll>>] {
  const [scroll, setScroll] = useState<Scroll>({ top: 0, height: 800 });
  useLayoutEffect(() => {
    const element = list.current;
    if (!element) return;
    const measure = () => {
      setScroll({ top: element.scrollTop, height: element.clientHeight });
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => {
      observer.disconnect();
    };
  }, []);
  return [scroll, setScroll];
}

/** Which row is active, and how to get to another; the chosen one is brought into view. */
export function useMoves(
  list: RefObject<HTMLElement | null>,
  items: readonly Item[],
  offsets: Float64Array,
  chosen: Key | null,
) {
  const [active, setActive] = useState<Key | null>(null);
  const [wantsFocus, setWantsFocus] = useState(0);
  useEffect(() => {
    if (wantsFocus === 0 || active === null) return;
    list.current?.querySelector<HTMLElement>(`[data-thing="${CSS.escape(active)}"]`)?.focus();
  }, [wantsFocus, active]);

  const reveal = (key: Key) => {
    const element = list.current;
    const index = items.findIndex((item) => item.type === 'row' && item.entry.key === key);
    if (!element || index < 0) return;
    const top = offsets[index] ?? 0;
    const bottom = offsets[index + 1] ?? top;
    if (top < element.scrollTop + HEIGHTS.group) element.scrollTop = top - HEIGHTS.group;
    else if (bottom > element.scrollTop + element.clientHeight - 24) {
      element.scrollTop = bottom - element.clientHeight + 24;
    }
  };
  // Something was chosen on the map: show its row.
  useEffect(() => {
    if (chosen !== null) reveal(chosen);
    // Only when the choice changes: the list must not jump while its order does.
  }, [chosen]);

  const onKeyDown = (key: KeyboardEvent) => {
    const from = key.target instanceof HTMLElement ? (key.target.dataset['thing'] ?? null) : null;
    const to = rowFor(key.key, items, from);
    if (to === undefined) return;
    key.preventDefault();
    if (to === null) return;
    reveal(to);
    setActive(to);
    setWantsFocus((n) => n + 1);
  };
  return { active, setActive, onKeyDown };
}

/** The row a key leads to; undefined when the key leads nowhere. */
function rowFor(key: string, items: readonly Item[], from: Key | null): Key | null | undefined {
  switch (key) {
    case 'ArrowDown':
      return neighbour(items, from, 1);
    case 'ArrowUp':
      return neighbour(items, from, -1);
    case 'Home':
      return neighbour(items, null, 1);
    case 'End':
      return neighbour(items, null, -1);
    default:
      return undefined;
  }
}
