/**
 * Notifications on this device. The browser is asked for its permission when somebody wants them, and
 * never else; the server is told of the subscription as one of the account's channels. What breaks
 * by itself is mended: another key of the server, a subscription that has run out.
 */
import { t } from '@lingui/core/macro';
import { signal } from '@preact/signals';
import type { ReadonlySignal } from '@preact/signals';
import { Denied } from '../net/api';
import { channelOf, keyBytes, madeWith, readDevice } from '../worker/device';
import type { Device, PushChannel } from '../worker/device';
import type { DeviceStore } from '../worker/devicestore';

/**
 * | state      | what is so                                                          |
 * |------------|---------------------------------------------------------------------|
 * | asking     | not known yet                                                       |
 * | impossible | `why`: no https; on an iPhone not on the home screen; no such thing  |
 * | denied     | the browser was told not to show any                                |
 * | off        | nobody wanted them here                                             |
 * | on         | they come here, by the channel with this id                         |
 */
export type DeviceState =
  | { readonly is: 'asking' }
  | { readonly is: 'impossible'; readonly why: 'insecure' | 'home-screen' | 'browser' }
  | { readonly is: 'denied' }
  | { readonly is: 'off' }
  | { readonly is: 'on'; readonly channel: string };

/** What the server is asked. Each rejects with Denied. */
export interface ChannelCalls {
  /** The server's public key, base64url. */
  key(): Promise<string>;
  /** The ids of this account's channels. */
  ids(): Promise<readonly string[]>;
  /** Make a channel; its id. */
  add(channel: PushChannel): Promise<string>;
  remove(id: string): Promise<void>;
  /** Say that a channel is this browser's: it ends when this session is signed out. */
  here(id: string): Promise<void>;
}

/** What the browser is asked. */
export interface Pushing {
  readonly impossible: 'insecure' | 'home-screen' | 'browser' | null;
  permission(): NotificationPermission;
  ask(): Promise<NotificationPermission>;
  manager(): Promise<PushManager>;
}

/** How this device is called, and in what language and zone it is told. */
export type Customs = Pick<Device, 'name' | 'language' | 'zone'>;

export class PushDevice {
  readonly #account: string;
  readonly #calls: ChannelCalls;
  readonly #pushing: Pushing;
  readonly #store: DeviceStore;
  readonly #customs: () => Customs;
  readonly #state = signal<DeviceState>({ is: 'asking' });

  constructor(
    account: string,
    needs: { calls: ChannelCalls; pushing: Pushing; store: DeviceStore; customs(): Customs },
  ) {
    this.#account = account;
    this.#calls = needs.calls;
    this.#pushing = needs.pushing;
    this.#store = needs.store;
    this.#customs = needs.customs;
  }

  get state(): ReadonlySignal<DeviceState> {
    return this.#state;
  }

  /** Find out how things stand, and mend what broke. Rejects with Denied when the server is away. */
  async look(): Promise<void> {
    const { impossible } = this.#pushing;
    if (impossible !== null) {
      this.#become({ is: 'impossible', why: impossible });
      return;
    }
    const device = readDevice(await this.#store.get('device'));
    const subscription = await (await this.#pushing.manager()).getSubscription();
    const permission = this.#pushing.permission();
    if (device && device.account !== this.#account) await this.#end(subscription);
    else if (device && permission === 'granted') {
      await this.#mend(device, subscription);
      return;
    } else if (device) {
      // The browser was told to stop: the server need not try any more.
      await this.#end(subscription);
      await this.#calls.remove(device.channel).catch(() => undefined);
    } else if (subscription) await subscription.unsubscribe(); // nobody's any more
    this.#become({ is: permission === 'denied' ? 'denied' : 'off' });
  }

  /** Somebody wants them here. Rejects with Denied, or with the browser's own error. */
  async turnOn(): Promise<void> {
    if ((await this.#pushing.ask()) !== 'granted') {
      this.#become({ is: this.#pushing.permission() === 'denied' ? 'denied' : 'off' });
      return;
    }
    await this.#subscribe(await this.#calls.key(), this.#customs());
  }

  /** Nobody wants them here any more. Rejects with Denied. */
  async turnOff(): Promise<void> {
    const state = this.#state.value;
    if (state.is !== 'on') return;
    await this.#calls.remove(state.channel);
    await this.#end(await (await this.#pushing.manager()).getSubscription());
    this.#become({ is: 'off' });
  }

  async #mend(device: Device, subscription: PushSubscription | null): Promise<void> {
    const [key, ids] = await Promise.all([this.#calls.key(), this.#calls.ids()]);
    if (!ids.includes(device.channel)) {
      // It was removed in the list, perhaps on another device.
      await this.#end(subscription);
      this.#become({ is: 'off' });
      return;
    }
    if (subscription && madeWith(key, subscription.options.applicationServerKey)) {
      // Said again at each visit: what is missed now costs nothing.
      await this.#calls.here(device.channel).catch(() => undefined);
      this.#become({ is: 'on', channel: device.channel });
      return;
    }
    await subscription?.unsubscribe();
    await this.#subscribe(key, device, device.channel);
  }

  async #subscribe(key: string, { name, language, zone }: Customs, before?: string): Promise<void> {
    const manager = await this.#pushing.manager();
    // One that was made with another key stands in the way.
    const old = await manager.getSubscription();
    if (old && !madeWith(key, old.options.applicationServerKey)) await old.unsubscribe();
    const subscription = await manager
      .subscribe({ userVisibleOnly: true, applicationServerKey: keyBytes(key) })
      .catch((error: unknown) => {
        const why = error instanceof Error ? error.message : String(error);
        throw new Denied('failed', t`The browser could not reach its push service: ${why}`);
      });
    const said = channelOf({ name, language, zone }, subscription);
    if (!said) throw new TypeError('the browser made a subscription without keys');
    const channel = await this.#calls.add(said);
    const device: Device = { account: this.#account, channel, key, name, language, zone };
    await this.#store.put('device', device);
    if (before !== undefined && before !== channel) {
      await this.#calls.remove(before).catch(() => undefined);
    }
    this.#become({ is: 'on', channel });
  }

  async #end(subscription: PushSubscription | null): Promise<void> {
    await subscription?.unsubscribe();
    await this.#store.remove('device');
  }

  #become(state: DeviceState): void {
    this.#state.value = state;
  }
}

/** A service worker that is not there after so many milliseconds does not come. */
const READY_WITHIN = 15_000;

function late(milliseconds: number): Promise<undefined> {
  return new Promise((give) => setTimeout(give, milliseconds));
}

/** The browser that this page is in. */
export function pushingHere(apple: boolean, installed: boolean): Pushing {
  const { Notification: notices, PushManager: pushes } = globalThis as {
    Notification?: typeof Notification;
    PushManager?: unknown;
  };
  const workers = (navigator as { serviceWorker?: ServiceWorkerContainer }).serviceWorker;
  const able = workers !== undefined && pushes !== undefined && notices !== undefined;
  return {
    impossible: !isSecureContext
      ? 'insecure'
      : able
        ? null
        : apple && !installed
          ? 'home-screen'
          : 'browser',
    permission: () => notices?.permission ?? 'denied',
    ask: () => notices?.requestPermission() ?? Promise.resolve('denied'),
    async manager() {
      if (!workers) throw new TypeError('no service worker');
      const ready = await Promise.race([workers.ready, late(READY_WITHIN)]);
      if (!ready) throw new TypeError('the service worker is not there');
      return ready.pushManager;
    },
  };
}
