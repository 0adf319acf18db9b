/** Keeps the screen on as long as a robot is ours: a screen that goes dark stops the robot. */
import { effect } from '@preact/signals';
import type { ReadonlySignal } from '@preact/signals';
import type { Control } from './driver';

/** What a browser gives for a screen that stays on. */
export interface WakeLock {
  release(): Promise<void>;
}

export interface Screen {
  /** Ask that the screen stays on; null: this browser cannot do that. */
  readonly ask: (() => Promise<WakeLock>) | null;
  /** Be told when the page can be seen again: browsers end the lock of a hidden page. */
  onSeen(again: () => void): () => void;
}

/** Keep the screen on while `control` is ours. Where it fails, driving goes on. Returns the end. */
export function keepAwake(control: ReadonlySignal<Control>, screen: Screen): () => void {
  const { ask } = screen;
  if (ask === null) return () => undefined;
  let wanted = false;
  let turn = 0;
  let lock: WakeLock | null = null;
  const end = () => {
    turn += 1;
    lock?.release().catch(() => undefined);
    lock = null;
  };
  const begin = () => {
    end();
    const mine = turn;
    ask()
      .then((given) => {
        if (mine === turn) lock = given;
        else given.release().catch(() => undefined);
      })
      .catch(() => undefined); // such as with a low battery
  };
  const unwatch = effect(() => {
    const mine = control.value.state === 'mine';
    if (mine === wanted) return;
    wanted = mine;
    if (mine) begin();
    else end();
  });
  const unsee = screen.onSeen(() => {
    if (wanted) begin();
  });
  return () => {
    unwatch();
    unsee();
    end();
  };
}

/** The screen of this browser. */
export function screenOf(page: Document): Screen {
  const lock = 'wakeLock' in navigator ? navigator.wakeLock : null;
  return {
    ask: lock && (() => lock.request('screen')),
    onSeen(again) {
      const seen = () => {
        if (page.visibilityState === 'visible') again();
      };
      page.addEventListener('visibilitychange', seen);
      return () => {
        page.removeEventListener('visibilitychange', seen);
      };
    },
  };
}
