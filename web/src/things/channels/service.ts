/** One's own ways to be told: what the server says of them, and what is done with them. */
import { signal } from '@preact/signals';
import type { ReadonlySignal } from '@preact/signals';
import { failureOf } from '../../ui/failure';
import type { Failure } from '../../ui/failure';
import type { Channel, Channels, Dead } from './model';
import { quietOf } from './quiet';
import type { Quiet } from './quiet';

/** What the server is asked; each rejects with Denied. */
export interface ChannelsApi {
  list(): Promise<Channels>;
  dead(): Promise<readonly Dead[]>;
  make(fields: NewChannel): Promise<{ channel: Channel; secret?: string }>;
  change(id: string, fields: ChannelChange): Promise<unknown>;
  remove(id: string): Promise<unknown>;
  test(id: string): Promise<TestResult>;
  settle(channel: string, id: string, act: 'again' | 'discard'): Promise<unknown>;
}

export interface NewChannel {
  readonly type: 'address' | 'webhook' | 'mqtt';
  readonly name: string;
  readonly address?: string;
  readonly language: string;
  readonly zone: string;
}

export interface ChannelChange {
  readonly name?: string;
  readonly enabled?: boolean;
  readonly quiet?: Quiet | null;
  readonly passes?: boolean;
  readonly language?: string;
  readonly zone?: string;
}

/** What a test really did. */
export interface TestResult {
  readonly taken: boolean;
  readonly why?: string;
}

export class ChannelService {
  /** Null until the first answer. */
  readonly list: ReadonlySignal<Channels | null>;
  readonly dead: ReadonlySignal<readonly Dead[]>;
  readonly failure: ReadonlySignal<Failure | null>;
  readonly #api: ChannelsApi;
  readonly #list = signal<Channels | null>(null);
  readonly #dead = signal<readonly Dead[]>([]);
  readonly #failure = signal<Failure | null>(null);
  #turn = 0;

  constructor(api: ChannelsApi) {
    this.#api = api;
    this.list = this.#list;
    this.dead = this.#dead;
    this.failure = this.#failure;
  }

  /** Ask how they stand; of several answers under way the last one counts. */
  readonly look = async (): Promise<void> => {
    const turn = ++this.#turn;
    try {
      const list = await this.#api.list();
      const waits = list.channels.some(({ dead }) => dead > 0);
      const dead = waits ? await this.#api.dead() : [];
      if (turn !== this.#turn) return;
      this.#list.value = list;
      this.#dead.value = dead;
      this.#failure.value = null;
    } catch (error) {
      if (turn === this.#turn) this.#failure.value = failureOf(error, Date.now());
    }
  };

  /** Make one, with the quiet hours that hold for the others. What signs a webhook's messages. */
  async make(fields: NewChannel): Promise<string | null> {
    const others = this.#list.peek()?.channels ?? [];
    const { channel, secret } = await this.#api.make(fields);
    const { quiet, passes } = quietOf(others);
    if (quiet !== null) await this.#api.change(channel.id, { quiet, passes });
    await this.look();
    return secret ?? null;
  }

  async change(id: string, fields: ChannelChange): Promise<void> {
    await this.#api.change(id, fields);
    await this.look();
  }

  /** Let the same quiet hours hold for all of them. */
  async hush(quiet: Quiet | null, passes: boolean): Promise<void> {
    try {
      for (const { id } of this.#list.peek()?.channels ?? []) {
        await this.#api.change(id, { quiet, passes });
      }
    } finally {
      await this.look();
    }
  }

  async remove(id: string): Promise<void> {
    await this.#api.remove(id);
    await this.look();
  }

  async test(id: string): Promise<TestResult> {
    const result = await this.#api.test(id);
    await this.look();
    return result;
  }

  async settle({ channel, id }: Dead, act: 'again' | 'discard'): Promise<void> {
    await this.#api.settle(channel, id, act);
    await this.look();
  }
}
