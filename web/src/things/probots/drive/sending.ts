/**
 * Sends what the driver wants while there is a lease: zeroes a few times a second as the sign that
 * somebody is here, and whatever is wanted at once and then every 50 ms. A frame of zeroes says
 * "everything is at rest", so none is sent while a stick is held that does not count; the lease then
 * runs out by itself. No frame at all leaves a page that is hidden.
 */
import { t } from '@lingui/core/macro';
import { signal } from '@preact/signals';
import type { ReadonlySignal, Signal } from '@preact/signals';
import { ProgressShape } from '../../../generated';
import type { Answer } from '../../../net/protocol';
import { read } from '../../../net/shape';
import type { Ending } from './deadman';
import { GROUNDED } from './flight';
import type { Flight, Notice } from './flight';
import { FRAME_EVERY, Frames } from './frames';
import type { SentFrame } from './frames';
import { isReleased, NOTHING, RELEASED } from './intent';
import type { Keys, Limits, Source, Wish } from './intent';
import type { Outside } from './outside';
import { Wishes } from './wishes';

/** Why it stopped, and how to go on. */
function stoppedText(why: string): string {
  return t`Stopped: ${why} Let go of stick and keys first, then press again.`;
}

/** The lease that frames are sent with. */
export interface Held {
  readonly robot: string;
  readonly fence: number;
}

/** Told to the one who has the lease. */
interface Losses {
  /** The server says that it is not ours any more. */
  refused(why: string): void;
  /** A frame could not be sent. */
  disconnected(): void;
}

export class Sending {
  readonly #flight = signal<Flight>(GROUNDED);
  readonly #wishes: Wishes;
  readonly #frames: Frames;
  #held: Held | null = null;
  /** Whether no frames go out because something is held that does not count. */
  #silent = false;
  #stop: (() => void) | null = null;

  constructor(
    private readonly out: Outside,
    private readonly notice: Signal<Notice | null>,
    private readonly losses: Losses,
  ) {
    this.#wishes = new Wishes(() => out.visible());
    this.#frames = new Frames(out);
  }

  get flight(): ReadonlySignal<Flight> {
    return this.#flight;
  }

  // -- the lease

  /** There is a lease, and nothing of the one before counts. */
  begin(held: Held): void {
    this.#wishes.begin();
    this.#silent = false;
    this.#frames.begin();
    this.#held = held;
  }

  /** From now on frames go out. */
  start(): void {
    this.#flight.value = GROUNDED;
    this.#stop?.();
    this.#stop = this.out.every(FRAME_EVERY, () => {
      this.#turn();
    });
    this.#turn();
  }

  /** There is none any more: no wish is left of anything. */
  end(): void {
    this.#held = null;
    this.ground();
  }

  /** No frame goes out after this. */
  over(): void {
    this.#stop?.();
    this.#stop = null;
    this.#frames.end();
    this.#flight.value = GROUNDED;
  }

  /** Every source forgets what it holds. */
  ground(): void {
    this.#wishes.shut(t`the robot was released.`);
    this.#wishes.drop();
  }

  /** Say that everything is at rest. */
  zeroes(held: Held): void {
    this.#frame(held, RELEASED, NOTHING);
  }

  // -- hands

  get limits(): Limits {
    return this.#wishes.limits;
  }

  set limits(limits: Limits) {
    this.#wishes.limits = limits;
    this.#press();
  }

  wish(source: Source, wish: Wish | (() => Wish)): void {
    this.#wishes.set(source, wish);
    this.#press();
  }

  onLetGo(drop: () => void): () => void {
    return this.#wishes.onLetGo(drop);
  }

  /** The page is out of sight or out of reach: stop. */
  handsOff(why: Ending): void {
    const { moving } = this.#frames;
    const words = why === 'hidden' ? t`the page was out of sight.` : t`the page lost the keyboard.`;
    this.#wishes.shut(words);
    this.#wishes.drop();
    const held = this.#held;
    if (!held) return;
    if (moving) this.zeroes(held);
    if (moving || why === 'hidden') {
      this.out.tell('halt', { thing: `probot/${held.robot}`, lease: held.fence, why });
    }
    if (moving) this.notice.value = { tone: 'warn', text: stoppedText(words) };
    this.#tellFlight(RELEASED, NOTHING);
  }

  /** Nothing more goes out until everything was let go. The robot stands, or is being stopped. */
  block(why: string): void {
    const words = sentence(why);
    const acted = this.#frames.moving || this.#wishes.anyHeld();
    this.#wishes.shut(words);
    this.#frames.moving = false;
    this.#wishes.drop();
    if (acted) this.notice.value = { tone: 'warn', text: stoppedText(words) };
    this.#tellFlight(RELEASED, NOTHING);
  }

  // -- frames

  /** An answer that nobody waits for; whether it was to one of our frames. */
  heard(answer: Answer): boolean {
    const frame = this.#frames.answered(answer.id);
    if (!frame) return false;
    if (!this.#held) return true;
    if (answer.ok) {
      this.#went(answer, frame);
      return true;
    }
    const why = answer.why ?? t`the server said no`;
    if (answer.code === 'not_yours' || answer.code === 'forbidden') this.losses.refused(why);
    else this.block(why);
    return true;
  }

  #went(answer: Answer, frame: SentFrame): void {
    const { state: verdict, why, sent, trip } = read(ProgressShape, answer) ?? {};
    if (verdict === 'parked') {
      // What parks even a frame of zeroes is not over yet.
      if (!frame.moving) this.#wishes.hindered = why === undefined ? null : sentence(why);
      else this.block(why ?? t`the server held the robot still`);
    } else if (verdict !== 'late') this.#wishes.hindered = null;
    this.#flight.value = {
      ...this.#flight.peek(),
      locked: this.#wishes.locked,
      roundTrip: this.out.now() - frame.at,
      ...(verdict === undefined ? {} : { verdict }),
      ...(sent === undefined ? {} : { sent }),
      ...(trip === undefined ? {} : { trip }),
    };
  }

  /** Something changed under the driver's hands: what stops goes out at once. */
  #press(): void {
    if (!this.#held) return;
    const { keys, held } = this.#wishes.wanted();
    const moving = !isReleased(keys);
    if (moving !== this.#frames.moving || (this.#silent && !held)) this.#turn(true);
    else this.#tellFlight(this.#flight.peek().keys, this.#flight.peek().wish);
  }

  /** Send a frame if it is time for one. */
  #turn(now = false): void {
    const lease = this.#held;
    if (!lease || !this.out.visible()) return;
    const { keys, wish, held } = this.#wishes.wanted();
    const moves = !isReleased(keys);
    // Zeroes mean that everything is at rest, so they must be true.
    this.#silent = !moves && held && this.#wishes.locked !== null && !this.#frames.moving;
    if (!this.#silent && (now || this.#frames.due(moves))) this.#frame(lease, keys, wish);
    this.#tellFlight(keys, wish);
  }

  #frame({ robot, fence }: Held, keys: Keys, wish: Wish): void {
    if (!this.#frames.send(robot, fence, keys)) {
      this.losses.disconnected();
      return;
    }
    if (this.#frames.moving) this.notice.value = null;
    this.#tellFlight(keys, wish);
  }

  #tellFlight(keys: Keys, wish: Wish): void {
    this.#flight.value = {
      ...this.#flight.peek(),
      keys,
      wish,
      rate: this.#frames.rate(),
      locked: this.#wishes.locked,
      held: this.#wishes.anyHeld(),
    };
  }
}

/** The server's words, closed. They may begin with a name, so their beginning stays as it is. */
export function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
