/** Hooks that need nothing of the page: ticks, calm redraws, media queries. */
import { useEffect, useLayoutEffect, useState } from 'preact/hooks';

/** Draw again every so many milliseconds, while wanted. */
export function useTicks(every: number, wanted: boolean): void {
  const [, again] = useState(0);
  useEffect(() => {
    if (!wanted) return;
    const timer = setInterval(() => {
      again((n) => n + 1);
    }, every);
    return () => {
      clearInterval(timer);
    };
  }, [every, wanted]);
}

/** Draw again when something has changed, but calmly: at most every so many milliseconds. */
export function useCalmly(
  source: { onChange(listener: () => void): () => void },
  every: number,
  wanted = true,
): void {
  const [, again] = useState(0);
  // Before anything else can change it: an effect comes after the next frame.
  useLayoutEffect(() => {
    if (!wanted) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const end = source.onChange(() => {
      timer ??= setTimeout(() => {
        timer = undefined;
        again((n) => n + 1);
      }, every);
    });
    return () => {
      clearTimeout(timer);
      end();
    };
  }, [source, every, wanted]);
}

/** Whether a media query holds, drawn again when that changes. */
export function useMedia(query: string): boolean {
  const [holds, setHolds] = useState(() => matchMedia(query).matches);
  useEffect(() => {
    const list = matchMedia(query);
    const changed = () => {
      setHolds(list.matches);
    };
    changed();
    list.addEventListener('change', changed);
    return () => {
      list.removeEventListener('change', changed);
    };
  }, [query]);
  return holds;
}

/** Phones, as the style sheets have it. */
export const NARROW = '(max-width: 760px)';
