/** How panels get at the app, and how they redraw when the things they show have changed. */
import { createContext } from 'preact';
import { useContext, useEffect, useRef, useState } from 'preact/hooks';
import type { App } from './app';
import type { Changes } from './scheduler';
import type { Thing } from '../net/protocol';
import type { Key } from './world';

const Context = createContext<App | null>(null);

export const AppProvider = Context.Provider;

export function useApp(): App {
  const app = useContext(Context);
  if (!app) throw new Error('a panel was drawn outside AppProvider');
  return app;
}

/** Draw again when a change is of interest. */
export function useChanges(ofInterest: (changes: Changes) => boolean): void {
  const { pulse } = useApp();
  const [, again] = useState(0);
  const latest = useRef(ofInterest);
  latest.current = ofInterest;
  useEffect(
    () =>
      pulse.on((changes) => {
        if (latest.current(changes)) again((n) => n + 1);
      }),
    [pulse],
  );
}

/** All things of a kind, drawn again when one of them changes. */
export function useKind(kind: string): readonly Thing[] {
  const { world } = useApp();
  useChanges((changes) => changes.kinds.has(kind) || changes.keys.size === 0);
  return [...world.kind(kind).values()];
}

/** One thing, drawn again when it changes. */
export function useThing(key: Key | null): Thing | undefined {
  const { world } = useApp();
  useChanges((changes) => key !== null && changes.keys.has(key));
  return key === null ? undefined : world.get(key);
}

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
  useEffect(() => {
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
