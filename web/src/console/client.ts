/**
 * This page's side of the console: what it subscribed, what it heard, and which page of the topic
 * tree it looks at. Lives as long as the page; a new connection gets all of it again, because the
 * server forgets who left.
 */
import { Refused } from '../net/requests';
import type { Ask, Asks } from '../net/requests';
import type { Aside } from '../net/protocol';
import { HeardFrameShape, SubscriptionFrameShape, TopicPageShape } from '../generated';
import { read, readLoosely } from '../net/shape';
import { payloadOf } from './payload';
import { pageOf } from './topics';
import type { TopicPage, View } from './topics';

/** Messages kept, and their bytes. */
export const MOST_MESSAGES = 2000;
const MOST_BYTES = 8_000_000;

/** How often a message may come: at most once, at least once. */
export type Qos = NonNullable<Asks<'subscribe'>['qos']>;

export interface Subscription {
  readonly key: number;
  readonly broker: string;
  readonly filter: string;
  readonly qos: Qos;
  /** The server's name for it; absent while there is none. */
  readonly sub?: string;
  readonly state: 'waiting' | 'active' | 'refused';
  readonly why?: string;
  readonly heard: number;
  /** Messages that found no room on their way here. */
  readonly dropped: number;
}

export interface Message {
  readonly n: number;
  /** Whose it is: the key of the subscription. */
  readonly of: number;
  readonly topic: string;
  readonly bytes: Uint8Array;
  /** Of the whole payload, in bytes; `bytes` has less when it was cut. */
  readonly size: number;
  readonly qos: number;
  readonly retain: boolean;
  /** Receipt at the server, epoch seconds. */
  readonly at: number;
}

export class ConsoleClient {
  readonly #ask: Ask;
  readonly #listeners = new Set<() => void>();
  #subs: readonly Subscription[] = [];
  #messages: Message[] = [];
  #bytes = 0;
  #last = 0;
  #n = 0;
  #live = false;
  #view: View | null = null;
  #page: TopicPage | null = null;
  #trouble: string | null = null;
  /** Questions for a page whose answer is not here yet: what comes before it is of an older view. */
  #asking = 0;

  constructor(ask: Ask) {
    this.#ask = ask;
  }

  get subscriptions(): readonly Subscription[] {
    return this.#subs;
  }

  /** Oldest first. The array is the client’s own: read it, do not keep it. */
  get messages(): readonly Message[] {
    return this.#messages;
  }

  /** How many messages there ever were. */
  get count(): number {
    return this.#n;
  }

  /** The page of the topic tree that is looked at; null while there is none. */
  get page(): TopicPage | null {
    return this.#page;
  }

  /** Why there is no page, in the server's words. */
  get trouble(): string | null {
    return this.#trouble;
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /** The connection to the server is there, or is not. */
  line(live: boolean): void {
    if (live === this.#live) return;
    this.#live = live;
    this.#subs = this.#subs.map(({ sub: _, why: __, ...kept }) => ({ ...kept, state: 'waiting' }));
    if (live) {
      for (const { key } of this.#subs) void this.#open(key);
      if (this.#view) this.look(this.#view);
    }
    this.#changed();
  }

  /** A frame for the console came. */
  told({ t, fields }: Aside): void {
    if (t === 'topics') {
      if (this.#view === null || this.#asking > 0) return;
      const page = read(TopicPageShape, { ...fields, ok: true });
      if (page) this.#page = pageOf(page);
      this.#changed();
      return;
    }
    const found = this.#subs.find((each) => each.sub !== undefined && each.sub === fields['sub']);
    if (!found) return;
    if (t === 'sub') this.#stands(found.key, fields);
    else this.#heard(found, fields);
    this.#changed();
  }

  /** Subscribe. Rejects with Refused, and then there is no such subscription. */
  async subscribe(broker: string, filter: string, qos: Qos): Promise<void> {
    const key = ++this.#last;
    this.#subs = [
      ...this.#subs,
      { key, broker, filter, qos, state: 'waiting', heard: 0, dropped: 0 },
    ];
    this.#changed();
    try {
      await this.#opened(key);
    } catch (error) {
      this.#subs = this.#subs.filter((each) => each.key !== key);
      this.#changed();
      throw error;
    }
  }

  unsubscribe(key: number): void {
    const found = this.#subs.find((each) => each.key === key);
    this.#subs = this.#subs.filter((each) => each.key !== key);
    if (found?.sub !== undefined) this.#ask('unsubscribe', { sub: found.sub }).catch(ignore);
    this.#changed();
  }

  clear(): void {
    this.#messages = [];
    this.#bytes = 0;
    this.#changed();
  }

  /** Look at this page of the tree from now on; null: at none. */
  look(view: View | null): void {
    const before = this.#view;
    this.#view = view;
    if (view === null) {
      this.#page = null;
      this.#trouble = null;
      if (before !== null && this.#live) this.#ask('topics', { watch: false }).catch(ignore);
      return;
    }
    if (!this.#live) return;
    this.#asking += 1;
    this.#ask('topics', { ...view, watch: true }).then(
      (answer) => {
        this.#asking -= 1;
        if (this.#view !== view) return;
        this.#page = pageOf(answer);
        this.#trouble = null;
        this.#changed();
      },
      (error: unknown) => {
        this.#asking -= 1;
        if (this.#view !== view) return;
        this.#page = null;
        this.#trouble = error instanceof Refused ? error.message : String(error);
        this.#changed();
      },
    );
  }

  async #open(key: number): Promise<void> {
    try {
      await this.#opened(key);
    } catch (error) {
      if (error instanceof Refused && error.code === 'lost') return;
      this.#become(key, {
        state: 'refused',
        why: error instanceof Error ? error.message : String(error),
      });
      this.#changed();
    }
  }

  async #opened(key: number): Promise<void> {
    const wanted = this.#subs.find((each) => each.key === key);
    if (!wanted) return;
    const { broker, filter, qos } = wanted;
    const { sub, state } = await this.#ask('subscribe', { broker, filter, qos });
    if (!this.#subs.some((each) => each.key === key)) {
      // Nobody wants it any more.
      this.#ask('unsubscribe', { sub }).catch(ignore);
      return;
    }
    this.#become(key, { sub, state });
    this.#changed();
  }

  #become(key: number, now: Partial<Subscription>): void {
    this.#subs = this.#subs.map((each) => {
      if (each.key !== key) return each;
      const kept: Subscription & { why?: string } = { ...each };
      delete kept.why;
      return { ...kept, ...now };
    });
  }

  #stands(key: number, fields: Readonly<Record<string, unknown>>): void {
    const { state, why } = readLoosely(SubscriptionFrameShape, fields, { state: 'waiting' });
    this.#become(key, { state, ...(why === undefined ? {} : { why }) });
  }

  #heard(sub: Subscription, fields: Readonly<Record<string, unknown>>): void {
    const said = readLoosely(HeardFrameShape, fields);
    const bytes = payloadOf(said);
    this.#n += 1;
    this.#messages.push({
      n: this.#n,
      of: sub.key,
      topic: said.topic,
      bytes,
      size: said.size ?? bytes.length,
      qos: said.qos,
      retain: said.retain,
      at: said.at,
    });
    this.#bytes += bytes.length;
    while (this.#messages.length > MOST_MESSAGES || this.#bytes > MOST_BYTES) {
      this.#bytes -= this.#messages.shift()?.bytes.length ?? 0;
    }
    this.#become(sub.key, {
      heard: sub.heard + 1,
      dropped: sub.dropped + said.dropped,
      ...(sub.why === undefined ? {} : { why: sub.why }),
    });
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }
}

function ignore(): void {
  // What it was about is gone anyway.
}
