/**
 * The stop that everybody has: one message, at once, ahead of everything, without a lease. What came
 * of it is kept to be shown.
 */
import { plural, t } from '@lingui/core/macro';
import { signal } from '@preact/signals';
import type { ReadonlySignal } from '@preact/signals';
import type { Ask } from '../../../net/requests';

/** A stop that was not confirmed within so many milliseconds is said to be unsure. */
export const CONFIRM_WITHIN = 2000;

export interface Stopping {
  readonly state: 'sent' | 'done' | 'failed';
  /** Local epoch milliseconds. */
  readonly at: number;
  /** Who was to be stopped: a robot's name, or null for all. */
  readonly robot: string | null;
  /** For people. */
  readonly text: string;
}

export interface StopOutside {
  readonly ask: Ask;
  now(): number;
  /** The wall clock of this computer, milliseconds. */
  wall(): number;
}

export class Stopper {
  readonly #out: StopOutside;
  readonly #last = signal<Stopping | null>(null);
  #n = 0;

  constructor(out: StopOutside) {
    this.#out = out;
  }

  get last(): ReadonlySignal<Stopping | null> {
    return this.#last;
  }

  /** Stop one robot, or all that we may see. `name` is what people call it. */
  async stop(robot: string | null, name = robot): Promise<void> {
    const n = ++this.#n;
    const began = this.#out.now();
    const what = name ?? t`all robots`;
    const tell = (state: Stopping['state'], text: string) => {
      if (n === this.#n) this.#last.value = { state, at: this.#out.wall(), robot, text };
    };
    tell('sent', t`Stop sent to ${what} …`);
    try {
      const { stopped } = await this.#out.ask(
        'stop',
        robot === null ? {} : { thing: `probot/${robot}` },
        CONFIRM_WITHIN,
      );
      const names = stopped.length;
      const took = `${String(Math.round(this.#out.now() - began))} ms`;
      tell(
        'done',
        robot === null
          ? plural(names, {
              one: `# robot told to stop, confirmed after ${took}.`,
              other: `# robots told to stop, confirmed after ${took}.`,
            })
          : t`${what} told to stop, confirmed after ${took}.`,
      );
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      tell('failed', t`The stop is NOT confirmed: ${why}`);
    }
  }
}
