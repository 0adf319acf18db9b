/**
 * Holds the lease of one robot: takes it, keeps it while the server says so, gives it back.
 *
 *     free ── take, take over, ask ──> asking ── yes ──> mine ── release, Esc, the server ──> free
 *
 * While it is `mine`, sending.ts sends what the driver wants, twenty times a second. What comes from
 * outside is passed in, so that all of this runs in tests without a page.
 */
import { t } from '@lingui/core/macro';
import { signal } from '@preact/signals';
import type { ReadonlySignal } from '@preact/signals';
import type { Answer } from '../../../net/protocol';
import { Refused } from '../../../net/requests';
import type { Ending } from './deadman';
import type { Flight, Notice } from './flight';
import type { Limits, Source, Wish } from './intent';
import type { Outside } from './outside';
import { termsOf } from './read';
import type { Lease, Terms } from './read';
import { sentence, Sending } from './sending';
import type { Held } from './sending';

/** How long the server may take to say yes or no; to a question that a person answers, longer. */
const ANSWER_WITHIN = 6_000;
const PERSON_WITHIN = 25_000;

export type Control =
  | { readonly state: 'free' }
  | { readonly state: 'asking'; readonly robot: string; readonly what: Way }
  | { readonly state: 'mine'; readonly robot: string; readonly terms: Terms };

export type Way = 'take' | 'takeover' | 'ask';

type Mine = Extract<Control, { state: 'mine' }>;

const heldOf = ({ robot, terms }: Mine): Held => ({ robot, fence: terms.fence });

export class Driver {
  readonly #out: Outside;
  readonly #control = signal<Control>({ state: 'free' });
  readonly #notice = signal<Notice | null>(null);
  readonly #sending: Sending;
  #attempt = 0;
  #seenOwn = false;
  /** Of the last lease, to say why it ended. */
  #was: Held | null = null;

  constructor(out: Outside) {
    this.#out = out;
    this.#sending = new Sending(out, this.#notice, {
      refused: (why) => {
        const mine = this.#mine;
        if (mine) this.#lose(t`You do not drive ${mine.robot} any more: ${why}.`);
      },
      disconnected: () => {
        this.disconnected();
      },
    });
  }

  get control(): ReadonlySignal<Control> {
    return this.#control;
  }

  get notice(): ReadonlySignal<Notice | null> {
    return this.#notice;
  }

  get flight(): ReadonlySignal<Flight> {
    return this.#sending.flight;
  }

  /** The robot we hold, by name; null when there is none. */
  get holds(): string | null {
    return this.#mine?.robot ?? null;
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
      const terms = termsOf(await this.#out.ask(what, { thing: `probot/${robot}` }, within));
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
      const code = error instanceof Refused ? { code: error.code } : {};
      this.#notice.value = { tone: 'bad', text: sentence(text), ...code };
    }
  }

  /** Let the robot go, or give up asking for it. */
  release(): void {
    const control = this.#control.peek();
    this.#attempt += 1;
    if (control.state === 'free') return;
    this.#control.value = { state: 'free' };
    this.#sending.end();
    if (control.state !== 'mine') return;
    // The zeroes are on their way before the lease ends.
    const held = heldOf(control);
    this.#sending.zeroes(held);
    this.#out.tell('release', { thing: `probot/${held.robot}`, lease: held.fence });
    this.#sending.over();
  }

  /** Say yes or no to somebody who asks for our robot. */
  reply(to: string, yes: boolean): void {
    const mine = this.#mine;
    if (!mine) return;
    const held = heldOf(mine);
    if (yes) {
      this.#sending.ground();
      this.#sending.zeroes(held);
    }
    this.#out.tell('reply', { thing: `probot/${held.robot}`, lease: held.fence, to, yes });
  }

  /** The lease of a robot as everybody sees it, or none. `why`: what the log says of its end. */
  leased(robot: string, lease: Lease | null, why: (fence: number) => string | undefined): void {
    const mine = this.#mine;
    if (mine?.robot !== robot) return;
    const { fence } = mine.terms;
    if (lease?.fence === fence) {
      this.#seenOwn = true;
      if (lease.loose) this.#lose(t`The connection of this lease was lost.`);
      return;
    }
    // The picture may be older than the answer that gave us the lease.
    const older = lease !== null && lease.fence < fence;
    if (older || (lease === null && !this.#seenOwn)) return;
    const reason = why(fence);
    // The pad says who drives it now.
    this.#lose(
      reason
        ? t`You do not drive ${robot} any more: ${reason}.`
        : t`You do not drive ${robot} any more.`,
    );
  }

  /** The log tells why a lease ended, before the picture and our last frame's answer or after. */
  ended(fence: number, why: string): void {
    const control = this.#control.peek();
    if (control.state === 'mine' && control.terms.fence === fence) {
      this.#lose(t`You do not drive ${control.robot} any more: ${why}.`);
      return;
    }
    if (this.#was?.fence !== fence || control.state !== 'free') return;
    if (why === 'released') return;
    this.#notice.value = {
      tone: 'warn',
      text: t`You do not drive ${this.#was.robot} any more: ${why}.`,
    };
  }

  /** The connection to the server is gone, and with it every right. */
  disconnected(): void {
    const control = this.#control.peek();
    if (control.state === 'free') return;
    this.#attempt += 1;
    this.#lose(t`The connection to the server was lost. The robot was stopped; take it again.`);
  }

  // -- hands and frames

  set limits(limits: Limits) {
    this.#sending.limits = limits;
  }

  get limits(): Limits {
    return this.#sending.limits;
  }

  /** What a source wants from now on; a function is asked for each frame. */
  wish(source: Source, wish: Wish | (() => Wish)): void {
    this.#sending.wish(source, wish);
  }

  /** Be told when every source must forget what it holds. Returns the way to stop that. */
  onLetGo(drop: () => void): () => void {
    return this.#sending.onLetGo(drop);
  }

  /** The page is out of sight or out of reach: stop, and keep the lease if it comes back soon. */
  hands(why: Ending): void {
    this.#sending.handsOff(why);
  }

  /** The robot was stopped by another way than ours: the button, the space bar. */
  stopped(): void {
    if (this.#mine) this.#sending.block(t`the stop was pressed`);
  }

  /** An answer that nobody waits for; whether it was to one of our frames. */
  heard(answer: Answer): boolean {
    return this.#sending.heard(answer);
  }

  get #mine(): Mine | null {
    const control = this.#control.peek();
    return control.state === 'mine' ? control : null;
  }

  #begin(robot: string, terms: Terms): void {
    this.#was = { robot, fence: terms.fence };
    this.#seenOwn = false;
    this.#sending.begin(this.#was);
    this.#control.value = { state: 'mine', robot, terms };
    this.#sending.start();
  }

  #lose(why: string): void {
    this.#control.value = { state: 'free' };
    this.#sending.end();
    this.#sending.over();
    this.#notice.value = { tone: 'warn', text: why };
  }
}
