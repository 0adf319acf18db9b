/**
 * Holds the lease of one robot and sends what the driver wants, twenty times a second.
 *
 *     free ── take, take over, ask ──> asking ── yes ──> mine ── release, Esc, the server ──> free
 *
 * While it is `mine`, frames go out: zeroes a few times a second as the sign that somebody is here,
 * and whatever is wanted at once and then every 50 ms. A frame of zeroes says "everything is at
 * rest", so none is sent while a stick is held that does not count; the lease then runs out by
 * itself. No frame at all leaves a page that is hidden.
 *
 * What comes from outside is passed in, so that all of this runs in tests without a page.
 */
import { signal } from '@preact/signals';
import type { ReadonlySignal } from '@preact/signals';
import type { Answer } from '../../../net/protocol';
import type { Ending } from './deadman';
import { isNothing, isReleased, keysOf, Latch, MOST, NOTHING, RELEASED, SOURCES } from './intent';
import type { Keys, Limits, Source, Wish } from './intent';
import { readTerms } from './read';
import type { Lease, Terms } from './read';

/** Between two frames while the robot is to move, in milliseconds. */
export const FRAME_EVERY = 50;
/** Between two frames of zeroes while it is not. */
export const IDLE_EVERY = 250;
/** After the sticks are let go, zeroes go on at the full rate for so long: one may get lost. */
const TAIL = 300;
/** How long the server may take to say yes or no; to a question that a person answers, longer. */
const ANSWER_WITHIN = 6_000;
const PERSON_WITHIN = 25_000;
/** For how long frames wait for their answer, counted in frames. */
const REMEMBERED = 200;

const RELEASE_FIRST = 'Let go of stick and keys first, then press again.';

export type Control =
  | { readonly state: 'free' }
  | { readonly state: 'asking'; readonly robot: string; readonly what: Way }
  | { readonly state: 'mine'; readonly robot: string; readonly terms: Terms };

export type Way = 'take' | 'takeover' | 'ask';

/** Something to be told to the driver. `refused`: the server said no to what was asked. */
export interface Notice {
  readonly tone: 'bad' | 'warn' | 'info';
  readonly text: string;
}

/** What goes out and what comes back, as it is now. */
export interface Flight {
  readonly keys: Keys;
  readonly wish: Wish;
  /** Frames in the last second. */
  readonly rate: number;
  /** Why nothing that moves is let out; null when it is. */
  readonly locked: string | null;
  /** Whether something is held that does not count because of it. */
  readonly held: boolean;
  /** The server's word on the last frames it answered. */
  readonly verdict?: string;
  /** What it passed on to the robot. */
  readonly sent?: string;
  /** From the page to the server and back, in milliseconds. */
  readonly roundTrip?: number;
  /** From the server to the broker and back, in milliseconds. */
  readonly trip?: number;
}

export const GROUNDED: Flight = {
  keys: RELEASED,
  wish: NOTHING,
  rate: 0,
  locked: null,
  held: false,
};

export interface Outside {
  /** A request whose answer is waited for. */
  ask(verb: string, fields: Record<string, unknown>, within: number): Promise<Answer>;
  /** A frame whose answer comes by `heard`, or never. Its id; null: it could not be sent. */
  tell(verb: string, fields: Record<string, unknown>): number | null;
  /** Monotonic milliseconds. */
  now(): number;
  every(milliseconds: number, call: () => void): () => void;
  /** Whether the page can be seen. */
  visible(): boolean;
}

export class Driver {
  readonly #out: Outside;
  readonly #control = signal<Control>({ state: 'free' });
  readonly #notice = signal<Notice | null>(null);
  readonly #flight = signal<Flight>(GROUNDED);
  readonly #wishes = new Map<Source, Wish | (() => Wish)>();
  #latch = new Latch();
  #hindered: string | null = null;
  #limits: Limits = { speed: MOST, turn: MOST };
  #n = 0;
  #attempt = 0;
  #sentAt = -Infinity;
  #movedAt = -Infinity;
  #moving = false;
  #seenOwn = false;
  /** Whether no frames go out because something is held that does not count. */
  #silent = false;
  readonly #drops = new Set<() => void>();
  #times: number[] = [];
  #pending = new Map<number, { readonly at: number; readonly moving: boolean }>();
  #stop: (() => void) | null = null;
  /** Of the last lease, to say why it ended. */
  #was: { readonly robot: string; readonly fence: number } | null = null;

  constructor(out: Outside) {
    this.#out = out;
  }

  get control(): ReadonlySignal<Control> {
    return this.#control;
  }

  get notice(): ReadonlySignal<Notice | null> {
    return this.#notice;
  }

  get flight(): ReadonlySignal<Flight> {
    return this.#flight;
  }

  /** The robot we hold, by name; null when there is none. */
  get holds(): string | null {
    const control = this.#control.peek();
    return control.state === 'mine' ? control.robot : null;
  }

  /** The robot we hold or ask for, by name; null when there is none. */
  get about(): string | null {
    const control = this.#control.peek();
    return control.state === 'free' ? null : control.robot;
  }

  /** Tell the driver something. */
  tell(notice: Notice | null): void {
    this.#notice.value = notice;
  }

  // -- the lease

  /** Get the robot: take a free one, take it from its driver, or ask its driver. */
  async get(robot: string, what: Way): Promise<void> {
    if (this.#control.peek().state !== 'free') this.release();
    const attempt = ++this.#attempt;
    this.#notice.value = null;
    this.#control.value = { state: 'asking', robot, what };
    const within = what === 'ask' ? PERSON_WITHIN : ANSWER_WITHIN;
    try {
      const answer = await this.#out.ask(what, { thing: `probot/${robot}` }, within);
      const terms = readTerms(answer);
      if (!terms) throw new Error('The server’s answer names no lease.');
      if (attempt !== this.#attempt) {
        // Nobody wants it any more.
        this.#out.tell('release', { thing: `probot/${robot}`, lease: terms.fence });
        return;
      }
      this.#begin(robot, terms);
    } catch (error) {
      if (attempt !== this.#attempt) return;
      this.#control.value = { state: 'free' };
      const text = error instanceof Error ? error.message : String(error);
      this.#notice.value = { tone: 'bad', text: sentence(text) };
    }
  }

  /** Let the robot go, or give up asking for it. */
  release(): void {
    const control = this.#control.peek();
    this.#attempt += 1;
    if (control.state === 'free') return;
    this.#control.value = { state: 'free' };
    this.#ground();
    if (control.state !== 'mine') return;
    const lease = { thing: `probot/${control.robot}`, lease: control.terms.fence };
    // The zeroes are on their way before the lease ends.
    this.#frame(control.robot, control.terms, RELEASED, NOTHING);
    this.#out.tell('release', lease);
    this.#over();
  }

  /** Say yes or no to somebody who asks for our robot. */
  reply(to: string, yes: boolean): void {
    const control = this.#control.peek();
    if (control.state !== 'mine') return;
    if (yes) {
      this.#ground();
      this.#frame(control.robot, control.terms, RELEASED, NOTHING);
    }
    this.#out.tell('reply', {
      thing: `probot/${control.robot}`,
      lease: control.terms.fence,
      to,
      yes,
    });
  }

  /** The lease of a robot as everybody sees it, or none. `why`: what the log says of its end. */
  leased(robot: string, lease: Lease | null, why: (fence: number) => string | undefined): void {
    const control = this.#control.peek();
    if (control.state !== 'mine' || control.robot !== robot) return;
    const { fence } = control.terms;
    if (lease?.fence === fence) {
      this.#seenOwn = true;
      if (lease.loose) this.#lose('The connection of this lease was lost.');
      return;
    }
    // The picture may be older than the answer that gave us the lease.
    const older = lease !== null && lease.fence < fence;
    if (older || (lease === null && !this.#seenOwn)) return;
    const reason = why(fence);
    const who = lease === null ? '' : ` ${lease.holder} drives it now.`;
    this.#lose(`You do not drive ${robot} any more${reason ? `: ${reason}` : ''}.${who}`);
  }

  /** The log tells why a lease ended, before the picture and our last frame's answer or after. */
  ended(fence: number, why: string): void {
    const control = this.#control.peek();
    if (control.state === 'mine' && control.terms.fence === fence) {
      this.#lose(`You do not drive ${control.robot} any more: ${why}.`);
      return;
    }
    if (this.#was?.fence !== fence || control.state !== 'free') return;
    if (why === 'released') return;
    this.#notice.value = {
      tone: 'warn',
      text: `You do not drive ${this.#was.robot} any more: ${why}.`,
    };
  }

  /** The connection to the server is gone, and with it every right. */
  disconnected(): void {
    const control = this.#control.peek();
    if (control.state === 'free') return;
    this.#attempt += 1;
    this.#lose('The connection to the server was lost. The robot was stopped; take it again.');
  }

  // -- hands

  set limits(limits: Limits) {
    this.#limits = limits;
    this.#press();
  }

  get limits(): Limits {
    return this.#limits;
  }

  /** What a source wants from now on; a function is asked for each frame. */
  wish(source: Source, wish: Wish | (() => Wish)): void {
    this.#wishes.set(source, wish);
    this.#press();
  }

  /** Be told when every source must forget what it holds. Returns the way to stop that. */
  onLetGo(drop: () => void): () => void {
    this.#drops.add(drop);
    return () => {
      this.#drops.delete(drop);
    };
  }

  /** The page is out of sight or out of reach: stop, and keep the lease if it comes back soon. */
  hands(why: Ending): void {
    const control = this.#control.peek();
    const moving = this.#moving;
    const words = why === 'hidden' ? 'the page was out of sight.' : 'the page lost the keyboard.';
    this.#latch.shut(words);
    this.#drop();
    if (control.state !== 'mine') return;
    if (moving) this.#frame(control.robot, control.terms, RELEASED, NOTHING);
    if (moving || why === 'hidden') {
      this.#out.tell('halt', {
        thing: `probot/${control.robot}`,
        lease: control.terms.fence,
        why,
      });
    }
    if (moving) this.#notice.value = { tone: 'warn', text: `Stopped: ${words} ${RELEASE_FIRST}` };
    this.#tellFlight(RELEASED, NOTHING);
  }

  /** The robot was stopped by another way than ours: the button, the space bar. */
  stopped(): void {
    if (this.#control.peek().state === 'mine') this.#block('the stop was pressed');
  }

  // -- frames

  /** An answer that nobody waits for; whether it was to one of our frames. */
  heard(answer: Answer): boolean {
    const frame = this.#pending.get(answer.id);
    if (!frame) return false;
    this.#pending.delete(answer.id);
    const control = this.#control.peek();
    if (control.state !== 'mine') return true;
    if (!answer.ok) {
      const why = answer.why ?? 'the server said no';
      if (answer.code === 'not_yours' || answer.code === 'forbidden') {
        this.#lose(`You do not drive ${control.robot} any more: ${why}.`);
      } else {
        this.#block(why);
      }
      return true;
    }
    const verdict = answer['state'];
    const text = (name: string) => {
      const value = answer[name];
      return typeof value === 'string' ? value : undefined;
    };
    const why = text('why');
    if (verdict === 'parked') {
      // What parks even a frame of zeroes is not over yet.
      if (!frame.moving) this.#hindered = why === undefined ? null : sentence(why);
      else this.#block(why ?? 'the server held the robot still');
    } else if (verdict !== 'late') this.#hindered = null;
    const trip = answer['trip'];
    this.#flight.value = {
      ...this.#flight.peek(),
      locked: this.#locked,
      roundTrip: this.#out.now() - frame.at,
      ...(typeof verdict === 'string' ? { verdict } : {}),
      ...(text('sent') === undefined ? {} : { sent: text('sent') ?? '' }),
      ...(typeof trip === 'number' ? { trip } : {}),
    };
    return true;
  }

  get #locked(): string | null {
    return this.#hindered ?? this.#latch.why;
  }

  #begin(robot: string, terms: Terms): void {
    this.#was = { robot, fence: terms.fence };
    this.#latch = new Latch();
    this.#hindered = null;
    this.#n = 0;
    this.#seenOwn = false;
    this.#moving = false;
    this.#silent = false;
    this.#sentAt = this.#movedAt = -Infinity;
    this.#pending.clear();
    this.#times = [];
    this.#control.value = { state: 'mine', robot, terms };
    this.#flight.value = GROUNDED;
    this.#stop?.();
    this.#stop = this.#out.every(FRAME_EVERY, () => {
      this.#turn();
    });
    this.#turn();
  }

  /** Nothing more goes out until everything was let go. The robot stands, or is being stopped. */
  #block(why: string): void {
    const words = sentence(why);
    const acted = this.#moving || this.#anyHeld();
    this.#latch.shut(words);
    this.#moving = false;
    this.#drop();
    if (acted) this.#notice.value = { tone: 'warn', text: `Stopped: ${words} ${RELEASE_FIRST}` };
    this.#tellFlight(RELEASED, NOTHING);
  }

  #drop(): void {
    for (const drop of this.#drops) drop();
  }

  #wishesNow(): Wish[] {
    return SOURCES.map((source) => {
      const wish = this.#wishes.get(source) ?? NOTHING;
      return typeof wish === 'function' ? wish() : wish;
    });
  }

  #anyHeld(): boolean {
    return this.#wishesNow().some((wish) => !isNothing(wish));
  }

  /** Something changed under the driver's hands: what stops goes out at once. */
  #press(): void {
    const control = this.#control.peek();
    if (control.state !== 'mine') return;
    const { keys, held } = this.#wanted();
    const moving = !isReleased(keys);
    if (moving !== this.#moving || (this.#silent && !held)) this.#turn(true);
    else this.#tellFlight(this.#flight.peek().keys, this.#flight.peek().wish);
  }

  #wanted(): { keys: Keys; wish: Wish; held: boolean } {
    const wishes = this.#wishesNow();
    const passed = this.#latch.pass(wishes);
    const held = wishes.some((wish) => !isNothing(wish));
    if (!this.#out.visible() || this.#hindered !== null) {
      if (held) this.#latch.shut(this.#hindered ?? 'the page was out of sight.');
      return { keys: RELEASED, wish: NOTHING, held };
    }
    return { keys: keysOf(passed, this.#limits), wish: passed, held };
  }

  /** Send a frame if it is time for one. */
  #turn(now = false): void {
    const control = this.#control.peek();
    if (control.state !== 'mine' || !this.#out.visible()) return;
    const { keys, wish, held } = this.#wanted();
    const moves = !isReleased(keys);
    // Zeroes mean that everything is at rest, so they must be true.
    const silent = (this.#silent = !moves && held && this.#locked !== null && !this.#moving);
    const since = this.#out.now() - this.#sentAt;
    const busy = moves || this.#moving || this.#out.now() - this.#movedAt < TAIL;
    if (!silent && (now || busy || since >= IDLE_EVERY - FRAME_EVERY / 2)) {
      this.#frame(control.robot, control.terms, keys, wish);
    }
    this.#tellFlight(keys, wish);
  }

  #frame(robot: string, terms: Terms, keys: Keys, wish: Wish): void {
    const now = this.#out.now();
    const moves = !isReleased(keys);
    const id = this.#out.tell('drive', {
      thing: `probot/${robot}`,
      lease: terms.fence,
      n: ++this.#n,
      ms: Math.round(now),
      ...keys,
    });
    if (id === null) {
      this.disconnected();
      return;
    }
    this.#sentAt = now;
    if (moves) {
      this.#movedAt = now;
      this.#notice.value = null;
    }
    this.#moving = moves;
    this.#pending.set(id, { at: now, moving: moves });
    for (const old of this.#pending.keys()) {
      if (this.#pending.size <= REMEMBERED) break;
      this.#pending.delete(old);
    }
    this.#times.push(now);
    this.#tellFlight(keys, wish);
  }

  #tellFlight(keys: Keys, wish: Wish): void {
    const now = this.#out.now();
    this.#times = this.#times.filter((at) => now - at < 1000);
    this.#flight.value = {
      ...this.#flight.peek(),
      keys,
      wish,
      rate: this.#times.length,
      locked: this.#locked,
      held: this.#anyHeld(),
    };
  }

  /** No wish is left of anything. */
  #ground(): void {
    this.#latch.shut('the robot was released.');
    this.#drop();
  }

  #over(): void {
    this.#stop?.();
    this.#stop = null;
    this.#moving = false;
    this.#pending.clear();
    this.#flight.value = GROUNDED;
  }

  #lose(why: string): void {
    this.#control.value = { state: 'free' };
    this.#ground();
    this.#over();
    this.#notice.value = { tone: 'warn', text: why };
  }
}

/** The server's words, closed. They may begin with a name, so their beginning stays as it is. */
function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
