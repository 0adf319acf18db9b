/** How panels get at the app, and how they redraw when the things they show have changed. */
import { createContext } from 'preact';
import { useContext, useEffect, useRef, useState } from 'preact/hooks';
import type { App } from '../wiring/app';
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
