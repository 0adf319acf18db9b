/**
 * What the service worker uses of its surroundings. The compiler's own declarations of them cannot
 * stand beside those of a page; and so the tests can bring their own.
 */

export interface Scope {
  readonly registration: Registration;
  readonly clients: Clients;
  readonly caches: CacheStorage;
  readonly fetch: typeof fetch;
  readonly navigator: Badging;
  skipWaiting(): Promise<void>;
}

/** Absent where the system shows no such thing. */
export interface Badging {
  setAppBadge?(count: number): Promise<void>;
  clearAppBadge?(): Promise<void>;
}

export interface Registration {
  /** The address below which the page lies. */
  readonly scope: string;
  readonly pushManager: {
    subscribe(options: PushSubscriptionOptionsInit): Promise<PushSubscription>;
    getSubscription(): Promise<PushSubscription | null>;
  };
  showNotification(title: string, options: NoticeOptions): Promise<void>;
  getNotifications(filter?: { readonly tag?: string }): Promise<readonly Notice[]>;
}

/** With what the declarations of a page lack. */
export interface NoticeOptions extends NotificationOptions {
  readonly actions?: readonly { readonly action: string; readonly title: string }[];
  readonly timestamp?: number;
  readonly renotify?: boolean;
}

export interface Notice {
  readonly tag: string;
  readonly title: string;
  readonly data: unknown;
  close(): void;
}

export interface Clients {
  matchAll(options: { type: 'window'; includeUncontrolled: true }): Promise<readonly Client[]>;
  openWindow(url: string): Promise<unknown>;
}

export interface Client {
  readonly url: string;
  readonly focused: boolean;
  readonly visibilityState: string;
  focus(): Promise<unknown>;
  postMessage(message: unknown, transfer: readonly MessagePort[]): void;
}

/** An event whose work must be done before the worker may be ended. */
export interface Lasting {
  waitUntil(work: Promise<unknown>): void;
}
