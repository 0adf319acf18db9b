/** A gamepad as a wish. The browser tells nothing by itself: it is asked once per drawn frame. */
import { NOTHING, within } from './intent';
import type { Wish } from './intent';

/** A stick at rest is never quite at rest: so far from the middle it means nothing. */
export const DEAD_ZONE = 0.12;

/** What of a Gamepad we look at. */
export interface Stick {
  readonly id: string;
  readonly index: number;
  readonly connected: boolean;
  readonly axes: readonly number[];
  readonly buttons: readonly { readonly pressed: boolean }[];
}

/** One axis without its dead zone: the rest of the way still covers all from 0 to 1. */
export function axis(raw: number | undefined): number {
  const value = within(raw ?? 0);
  const far = Math.abs(value);
  if (far <= DEAD_ZONE) return 0;
  return (Math.sign(value) * (far - DEAD_ZONE)) / (1 - DEAD_ZONE);
}

/** The left stick; the cross where it is not touched. Up is negative on gamepads. */
export function wishOf(stick: Stick): Wish {
  const wish = { x: axis(stick.axes[0]), y: -axis(stick.axes[1]) };
  if (wish.x !== 0 || wish.y !== 0) return { x: wish.x, y: wish.y === 0 ? 0 : wish.y };
  const cross = (button: number) => (stick.buttons[button]?.pressed === true ? 1 : 0);
  return { x: cross(15) - cross(14), y: cross(12) - cross(13) };
}

export interface GamepadEvents {
  wish(wish: Wish): void;
  /** The one that drove is gone: unplugged, out of reach, or its battery is empty. */
  lost(): void;
  /** Its name, or null when there is none. */
  ready(name: string | null): void;
}

/** What is to be asked; the tests bring their own. */
export interface Ports {
  sticks(): readonly (Stick | null)[];
  nextFrame(ask: () => void): void;
}

const BROWSER: Ports = {
  sticks: () => (typeof navigator.getGamepads === 'function' ? [...navigator.getGamepads()] : []),
  nextFrame: (ask) => requestAnimationFrame(ask),
};

/** Ask in every frame until the returned function is called. The first one that moves is ours. */
export function followGamepad(events: GamepadEvents, ports: Ports = BROWSER): () => void {
  let ours: number | null = null;
  let name: string | null = null;
  let over = false;
  const ask = () => {
    if (over) return;
    const sticks = ports.sticks().filter((each): each is Stick => each?.connected === true);
    const mine = sticks.find((each) => each.index === ours);
    if (ours !== null && !mine) {
      ours = null;
      events.wish(NOTHING);
      events.lost();
    }
    const active =
      mine ??
      sticks.find((each) => {
        const wish = wishOf(each);
        return wish.x !== 0 || wish.y !== 0;
      });
    if (active) {
      ours = active.index;
      events.wish(wishOf(active));
    }
    const now = (active ?? sticks[0])?.id ?? null;
    if (now !== name) {
      name = now;
      events.ready(name);
    }
    ports.nextFrame(ask);
  };
  ports.nextFrame(ask);
  return () => {
    over = true;
    events.wish(NOTHING);
  };
}
