/**
 * The page and its service worker: brings it in, and knows when a new version of the page is there.
 *
 * A page that is opened while the server is there is the server's, so it is as new as can be. One
 * that stays open grows old when the server is updated: then the new version is offered, and taken
 * when somebody wants it. Until then the files of the old one are kept.
 */
import { signal } from '@preact/signals';
import type { ReadonlySignal } from '@preact/signals';
import { askWorker } from './lastpicture';
import type { PageAnswer, ToWorker } from '../worker/messages';
import { isRecord } from '../worker/messages';

/** Not asked for more often than this, in milliseconds, unless the server was away. */
const LOOK_EVERY = 3_600_000;
const ANSWERS_WITHIN = 5000;

export interface Surroundings {
  readonly workers: ServiceWorkerContainer;
  /** The script that this page was started with: the build's own. */
  readonly entry: string;
  reload(): void;
  now(): number;
}

export class AppWorker {
  readonly #around: Surroundings;
  readonly #fresh = signal(false);
  #registration: ServiceWorkerRegistration | undefined;
  #looked = 0;
  #wanted = false;

  constructor(around: Surroundings) {
    this.#around = around;
  }

  /** Whether there is a newer version than this page. */
  get fresh(): ReadonlySignal<boolean> {
    return this.#fresh;
  }

  /** Bring the worker in. `used` are the files that this page has loaded before. Never rejects. */
  async start(used: readonly string[]): Promise<void> {
    const { workers, now } = this.#around;
    const before = workers.controller;
    this.#looked = now();
    try {
      const found = await workers.register(new URL('sw.js', document.baseURI), {
        scope: './',
        updateViaCache: 'none',
      });
      this.#registration = found;
      await this.#judge(found.waiting);
      found.addEventListener('updatefound', () => {
        this.#watch(found.installing);
      });
      this.#watch(found.installing);
    } catch {
      return; // not allowed here, or its file is not there: the page works without
    }
    workers.addEventListener('controllerchange', () => {
      void this.#changed(workers.controller);
    });
    const ready = before ?? (await workers.ready).active;
    ready?.postMessage({ what: 'keep', urls: used } satisfies ToWorker);
  }

  /** Ask whether there is a new version, now and then; at once when the server was away. */
  look(away: boolean): void {
    const now = this.#around.now();
    if (!away && now - this.#looked < LOOK_EVERY) return;
    this.#looked = now;
    this.#registration?.update().catch(() => undefined);
  }

  /** Somebody wants the new version. */
  takeOver(): void {
    this.#wanted = true;
    const waiting = this.#registration?.waiting;
    if (waiting) waiting.postMessage({ what: 'take-over' } satisfies ToWorker);
    else this.#around.reload();
  }

  #watch(worker: ServiceWorker | null): void {
    worker?.addEventListener('statechange', () => {
      if (worker.state === 'installed') void this.#judge(worker);
    });
  }

  /** A worker waits: it is of a newer build, or of ours, when this page was opened with it. */
  async #judge(waiting: ServiceWorker | null): Promise<void> {
    if (!waiting || !this.#around.workers.controller) return;
    if (await this.#isOurs(waiting)) {
      waiting.postMessage({ what: 'take-over' } satisfies ToWorker);
    } else this.#fresh.value = true;
  }

  async #changed(worker: ServiceWorker | null): Promise<void> {
    if (this.#wanted) this.#around.reload();
    else if (worker && !(await this.#isOurs(worker))) this.#fresh.value = true;
  }

  async #isOurs(worker: ServiceWorker): Promise<boolean> {
    const { entry } = this.#around;
    return (await askWorker(worker, { what: 'holds', url: entry }, ANSWERS_WITHIN)) !== false;
  }
}

/** Go where a notification leads, when its worker asks; returns how to stop. */
export function followNotifications(
  workers: ServiceWorkerContainer,
  go: (hash: string) => PageAnswer,
): () => void {
  const asked = ({ data, ports }: MessageEvent<unknown>) => {
    if (!isRecord(data) || data['what'] !== 'open' || typeof data['url'] !== 'string') return;
    const to = new URL(data['url'], document.baseURI);
    const ours = to.origin === location.origin && to.pathname === location.pathname;
    ports[0]?.postMessage(ours ? go(to.hash) : 'busy');
  };
  workers.addEventListener('message', asked);
  workers.startMessages();
  return () => {
    workers.removeEventListener('message', asked);
  };
}

/** What this page loaded of the build so far. */
export function filesUsed(): string[] {
  return performance.getEntriesByType('resource').map(({ name }) => name);
}

/** The script that this page was started with. */
export function entryOf(page: ParentNode): string {
  return page.querySelector<HTMLScriptElement>('script[type=module][src]')?.src ?? '';
}
