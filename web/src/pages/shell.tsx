/** The outermost of the page: the way in, or the world for a visitor. */
import { effect, signal, untracked } from '@preact/signals';
import type { ReadonlySignal } from '@preact/signals';
import type { App } from '../wiring/app';
import type { Session } from '../app/session';
import { AppProvider } from '../wiring/provider';
import { bindKeys } from './keyboard';
import { Page } from './page';
import { forgetOnDevice } from '../app/lastpicture';
import type { LastPicture } from '../app/lastpicture';
import { forgetView } from '../app/lastview';
import { forgetSamples } from '../app/samples';
import { forgetRanges } from '../map/rangestore';
import type { Visitor } from '../app/visitor';
import { useEffect } from 'preact/hooks';
import { SignInPage } from '../accounts/signin';

/** Makes a world when somebody comes in, and lets go of it and all it showed when they leave. */
export function worldOf(
  session: Session,
  make: (visitor: Visitor, kept: LastPicture | undefined) => App,
): ReadonlySignal<App | null> {
  const app = signal<App | null>(null);
  let begun: App | null = null;
  effect(() => {
    const state = session.state.value;
    untracked(() => {
      begun?.end();
      begun = null;
      forgetSamples();
      // A link that was opened by somebody who is signed in ends nothing of theirs.
      const stays = state.is === 'shut' && state.also !== undefined;
      if (!stays && /^(out|shut|invited)$/.test(state.is)) forgetPlaces();
      delete document.documentElement.dataset['map'];
      document.documentElement.dataset['connection'] = 'none';
      if (state.is === 'in') {
        begun = make(state.visitor, state.kept);
        begun.start();
      }
      app.value = begun;
    });
  });
  return app;
}

/** Where somebody looked is nobody else's business: nothing of it stays when they are out. */
function forgetPlaces(): void {
  forgetView();
  forgetRanges();
  forgetOnDevice();
}

export function Shell({ session, app }: { session: Session; app: ReadonlySignal<App | null> }) {
  const world = app.value;
  if (!world) return <SignInPage session={session} state={session.state.value} />;
  // A world of its own for everybody who comes in: nothing of the one before is drawn again.
  return <World key={String(numberOf(world))} app={world} />;
}

function World({ app }: { app: App }) {
  useEffect(() => bindKeys(app), [app]);
  return (
    <AppProvider app={app}>
      <Page />
    </AppProvider>
  );
}

const numbers = new WeakMap<App, number>();
let last = 0;

function numberOf(app: App): number {
  let number = numbers.get(app);
  if (number === undefined) {
    number = ++last;
    numbers.set(app, number);
  }
  return number;
}
