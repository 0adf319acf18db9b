/**
 * Notifications: shows what a push brings, and does what somebody asks of it. A push is always
 * shown, as browsers demand; one that cannot be read says no more than that there is something.
 */
import { channelOf, keyBytes, readDevice } from './device';
import type { Device } from './device';
import { isRecord } from './messages';
import type { PageAnswer, ToPage } from './messages';
import type { DeviceStore } from './devicestore';
import { dialled, readPushPayload, within } from './payload';
import type { PushPayload } from './payload';
import type { Client, Notice, NoticeOptions, Scope } from './scope';

/** The words of the worker, in the language of the page that was here last. */
export interface Words {
  readonly show: string;
  readonly acknowledge: string;
  /** Absent in what an older page left: then there is no such button. */
  readonly call?: string;
  /** Title, when acknowledging did not work. */
  readonly failed: string;
  /** Text, when what a push brought cannot be read. */
  readonly something: string;
}

/** A page that does not answer within so many milliseconds is not there. */
const ANSWERS_WITHIN = 1000;
/** At most so many pages are asked. */
const MOST_PAGES = 4;

export class Telling {
  readonly #scope: Scope;
  readonly #store: DeviceStore;

  constructor(scope: Scope, store: DeviceStore) {
    this.#scope = scope;
    this.#store = store;
  }

  /** A push came. */
  async pushed(text: string | null): Promise<void> {
    const { registration } = this.#scope;
    const payload = readPushPayload(text, registration.scope);
    const words = readWords(await this.#store.get('words'));
    const title = payload?.title ?? 'Sightline';
    await registration.showNotification(title, this.#options(payload, words));
    if (payload?.badge !== undefined) await this.#badge(payload.badge);
  }

  /** Somebody touched a notification, or one of its buttons. */
  async clicked(notice: Notice, action: string): Promise<void> {
    notice.close();
    const data = isRecord(notice.data) ? notice.data : {};
    const alert = typeof data['alert'] === 'string' ? data['alert'] : '';
    if (action === 'call') {
      await this.#callUp(dialled(data['telephone']), data['url']);
      return;
    }
    if (action !== 'acknowledge' || alert === '') {
      await this.open(within(data['url'], this.#scope.registration.scope));
      return;
    }
    const open = await this.#acknowledge(alert);
    if (open !== 'failed') {
      if (open !== undefined) await this.#badge(open);
      return;
    }
    const words = readWords(await this.#store.get('words'));
    await this.#scope.registration.showNotification(words?.failed ?? notice.title, {
      ...this.#looks(),
      body: notice.title,
      tag: notice.tag,
      data,
    });
  }

  /** Have the device call a number; where it cannot, the page shows whom to call. */
  async #callUp(telephone: string, url: unknown): Promise<void> {
    try {
      if (telephone === '') throw new Error('nobody to call');
      await this.#scope.clients.openWindow(`tel:${telephone}`);
    } catch {
      await this.open(within(url, this.#scope.registration.scope));
    }
  }

  /** Show a page at this address: one that is open, unless a robot is driven there. */
  async open(url: string): Promise<void> {
    const { clients, registration } = this.#scope;
    const all = await clients.matchAll({ type: 'window', includeUncontrolled: true });
    for (const client of inOrder(all, registration.scope).slice(0, MOST_PAGES)) {
      if ((await ask(client, { what: 'open', url })) !== 'done') continue;
      await client.focus().catch(() => undefined);
      return;
    }
    await clients.openWindow(url);
  }

  /** The browser gave this device another address for its pushes, or none: make it anew. */
  async renew(): Promise<void> {
    const device = readDevice(await this.#store.get('device'));
    if (!device) return;
    const subscription = await this.#scope.registration.pushManager.subscribe({
      userVisibleOnly: true,
      applicationServerKey: keyBytes(device.key),
    });
    const channel = channelOf(device, subscription);
    if (!channel) return;
    const said = await this.#call('POST', 'channels', channel);
    const id = isRecord(said) && isRecord(said['channel']) ? said['channel']['id'] : undefined;
    // Without an answer the page mends it when it is opened next.
    if (typeof id !== 'string') return;
    await this.#store.put('device', { ...device, channel: id });
    if (id !== device.channel) await this.#call('DELETE', channelPath(device));
  }

  /** Somebody signed out: what is shown of theirs goes, and nothing comes any more. */
  async forget(tell: boolean): Promise<void> {
    const { registration } = this.#scope;
    for (const notice of await registration.getNotifications()) notice.close();
    await this.#badge(0);
    const device = readDevice(await this.#store.get('device'));
    await this.#store.remove('device');
    if (tell && device) await this.#call('DELETE', channelPath(device));
    // Where there is no push there is nothing to end.
    const subscription = await registration.pushManager.getSubscription().catch(() => null);
    await subscription?.unsubscribe().catch(() => false);
  }

  #options(payload: PushPayload | null, words: Words | null): NoticeOptions {
    if (!payload) return { ...this.#looks(), body: words?.something ?? '', tag: 'unreadable' };
    const { body, tag, url, alert, telephone, urgent, at } = payload;
    return {
      ...this.#looks(),
      body,
      data: { url, alert, ...(telephone === '' ? {} : { telephone }) },
      requireInteraction: urgent,
      ...(tag === '' ? {} : { tag, renotify: true }),
      ...(at === undefined ? {} : { timestamp: at }),
      // Without words for them there are no buttons; touching it shows it all the same.
      actions: payload.actions.flatMap((action) => {
        const title = words?.[action];
        return title === undefined ? [] : [{ action, title }];
      }),
    };
  }

  #looks(): NoticeOptions {
    const { scope } = this.#scope.registration;
    return {
      icon: new URL('icons/icon-192.png', scope).href,
      badge: new URL('icons/badge-96.png', scope).href,
    };
  }

  async #badge(count: number): Promise<void> {
    const { navigator } = this.#scope;
    await (count > 0 ? navigator.setAppBadge?.(count) : navigator.clearAppBadge?.())?.catch(
      () => undefined,
    );
  }

  /** How many alerts are open now, if the server says so. */
  async #acknowledge(alert: string): Promise<number | undefined | 'failed'> {
    const said = await this.#call('POST', 'alerts/acknowledge', { alert });
    if (!isRecord(said) || said['ok'] !== true) return 'failed';
    return typeof said['open'] === 'number' ? said['open'] : undefined;
  }

  /** A call of the API in the name of who is signed in here; undefined when it was refused. */
  async #call(method: string, path: string, fields: object = {}): Promise<unknown> {
    try {
      const response = await this.#scope.fetch(
        new URL(`api/1/${path}`, this.#scope.registration.scope).href,
        {
          method,
          credentials: 'same-origin',
          cache: 'no-store',
          redirect: 'error',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(fields),
        },
      );
      return response.ok ? ((await response.json()) as unknown) : undefined;
    } catch {
      return undefined;
    }
  }
}

function channelPath({ channel }: Device): string {
  return `channels/${encodeURIComponent(channel)}`;
}

export function readWords(kept: unknown): Words | null {
  if (!isRecord(kept)) return null;
  const { show, acknowledge, failed, something } = kept;
  const whole = [show, acknowledge, failed, something].every((word) => typeof word === 'string');
  return whole ? (kept as unknown as Words) : null;
}

/** Pages of ours, the one that is looked at first. */
export function inOrder<C extends Pick<Client, 'url' | 'focused' | 'visibilityState'>>(
  clients: readonly C[],
  scope: string,
): C[] {
  const weight = ({ focused, visibilityState }: C) =>
    focused ? 0 : visibilityState === 'visible' ? 1 : 2;
  return clients
    .filter(({ url }) => url.split(/[?#]/)[0] === scope || url.startsWith(`${scope}index.html`))
    .sort((a, b) => weight(a) - weight(b));
}

function ask(client: Client, message: ToPage): Promise<PageAnswer | 'silent'> {
  return new Promise((give) => {
    const { port1, port2 } = new MessageChannel();
    setTimeout(() => {
      give('silent');
    }, ANSWERS_WITHIN);
    port1.onmessage = ({ data }: MessageEvent<unknown>) => {
      give(data === 'done' ? 'done' : 'busy');
    };
    client.postMessage(message, [port2]);
  });
}
