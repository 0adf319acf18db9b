/** The picture of the world, and when what shows it is drawn again. */
import { signal } from '@preact/signals';
import type { Signal } from '@preact/signals';
import type { Live } from '../app/context';
import { Scheduler } from '../app/scheduler';
import { Shown, World } from '../app/world';

export interface LiveParts extends Live {
  /** The world now, whatever is shown. */
  readonly present: World;
  readonly world: Shown;
  readonly ready: Signal<boolean>;
}

export function createLive(): LiveParts {
  const present = new World();
  const world = new Shown(present);
  return { present, world, scheduler: new Scheduler(world), ready: signal(false) };
}
