/** A service worker's surroundings, played: caches, pages, notifications, a server. */
import type { Client, Notice, NoticeOptions, Scope } from '../../src/worker/scope';

export const HOME = 'https://house.example/map/';

type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** As the browser's: it remembers by address, in the order of their making. */
export class PlayedCaches {
  readonly all = new Map<string, Map<string, Response>>();

  open = (name: string) => {
    const found = this.all.get(name) ?? new Map<string, Response>();
    this.all.set(name, found);
    return Promise.resolve({
      match: (url: string) => Promise.resolve(found.get(url)?.clone()),
      put: (url: string, response: Response) => {
        found.set(url, response);
        return Promise.resolve();
      },
      delete: (url: string) => Promise.resolve(found.delete(url)),
    });
  };
  match = (url: string) => {
    for (const cache of this.all.values()) {
      const found = cache.get(url);
      if (found) return Promise.resolve(found.clone());
    }
    return Promise.resolve(undefined);
  };
  keys = () => Promise.resolve([...this.all.keys()]);
  delete = (name: string) => Promise.resolve(this.all.delete(name));
}

/** A page that answers `done`, `busy`, or nothing. */
export function page(
  answer: 'done' | 'busy' | null,
  more: Partial<Client> = {},
): Client & { heard: unknown[]; shown: number } {
  const made = {
    url: HOME,
    focused: false,
    visibilityState: 'hidden',
    heard: [] as unknown[],
    shown: 0,
    focus() {
      made.shown += 1;
      return Promise.resolve();
    },
    postMessage(message: unknown, [port]: readonly MessagePort[]) {
      made.heard.push(message);
      if (answer !== null) port?.postMessage(answer);
    },
    ...more,
  };
  return made;
}

export class Surroundings {
  readonly caches = new PlayedCaches();
  readonly shown: { title: string; options: NoticeOptions }[] = [];
  readonly asked: { url: string; init: RequestInit }[] = [];
  readonly opened: string[] = [];
  readonly badges: number[] = [];
  notices: Notice[] = [];
  pages: Client[] = [];
  subscription: { unsubscribe(): Promise<boolean> } | null = null;
  subscribed: PushSubscriptionOptionsInit[] = [];
  answer: Fetch = () => Promise.reject(new TypeError('Failed to fetch'));

  get scope(): Scope {
    return {
      caches: this.caches as unknown as CacheStorage,
      fetch: ((given: string | Request, init: RequestInit = {}) => {
        const url = typeof given === 'string' ? given : given.url;
        this.asked.push({ url, init });
        return this.answer(url, init);
      }) as typeof fetch,
      navigator: {
        setAppBadge: (count) => Promise.resolve(void this.badges.push(count)),
        clearAppBadge: () => Promise.resolve(void this.badges.push(0)),
      },
      clients: {
        matchAll: () => Promise.resolve(this.pages),
        openWindow: (url) => Promise.resolve(this.opened.push(url)),
      },
      registration: {
        scope: HOME,
        pushManager: {
          subscribe: (options) => {
            this.subscribed.push(options);
            return Promise.resolve(subscription());
          },
          getSubscription: () => Promise.resolve(this.subscription as PushSubscription | null),
        },
        showNotification: (title, options) =>
          Promise.resolve(void this.shown.push({ title, options })),
        getNotifications: () => Promise.resolve(this.notices),
      },
      skipWaiting: () => Promise.resolve(),
    };
  }
}

export function subscription(endpoint = 'https://push.example/s/1'): PushSubscription {
  const keys = { p256dh: 'B'.repeat(87), auth: 'a'.repeat(22) };
  return { endpoint, toJSON: () => ({ endpoint, keys }) } as unknown as PushSubscription;
}

/** A file of the server's own: `type` is what `fetch` says of answers from the same origin. */
export function file(
  text: string,
  more: { status?: number; html?: boolean; moved?: boolean } = {},
) {
  const headers = { 'content-type': more.html === true ? 'text/html' : 'text/javascript' };
  const made = new Response(text, { status: more.status ?? 200, headers });
  const as = (response: Response): Response =>
    Object.defineProperties(response, {
      type: { value: 'basic' },
      redirected: { value: more.moved === true },
      clone: { value: () => as(Response.prototype.clone.call(response)) },
    });
  return as(made);
}
