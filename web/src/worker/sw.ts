/**
 * The service worker: the page on this device, and notifications while no page is open. What it
 * decides is in the files beside this one; here the browser's events reach them.
 */
import type { Build } from './build';
import { Files } from './files';
import { deviceStoreIn } from './devicestore';
import { readToWorker } from './messages';
import type { Lasting, Notice, Scope } from './scope';
import { Telling } from './telling';

/** Put in by the build (serviceworker.plugin.ts). */
declare const __BUILD__: Build;

interface Fetching extends Lasting {
  readonly request: Request;
  respondWith(answer: Promise<Response>): void;
}

interface Pushed extends Lasting {
  readonly data: { text(): string } | null;
}

interface Clicked extends Lasting {
  readonly notification: Notice;
  readonly action: string;
}

interface Events {
  install: Lasting;
  activate: Lasting;
  fetch: Fetching;
  message: Lasting & { readonly data: unknown; readonly ports: readonly MessagePort[] };
  push: Pushed;
  notificationclick: Clicked;
  pushsubscriptionchange: Lasting;
}

type Worker = Scope & {
  /** Makes pages that are open already ours. */
  readonly clients: Readonly<Record<'claim', () => Promise<void>>>;
  addEventListener<K extends keyof Events>(name: K, does: (event: Events[K]) => void): void;
};

const worker = self as unknown as Worker;
// Called as functions of their own they would be refused: they want to be the worker's.
const scope: Scope = {
  registration: worker.registration,
  clients: worker.clients,
  caches: worker.caches,
  navigator: worker.navigator,
  fetch: (...asked) => worker.fetch(...asked),
  skipWaiting: () => worker.skipWaiting(),
};
const files = new Files(scope, __BUILD__);
const telling = new Telling(scope, deviceStoreIn(worker.caches, worker.registration.scope));

worker.addEventListener('install', (event) => {
  event.waitUntil(files.install());
});
worker.addEventListener('activate', (event) => {
  event.waitUntil(files.activate().then(() => worker.clients.claim()));
});
worker.addEventListener('fetch', (event) => {
  const answer = files.answer(event.request);
  if (answer) event.respondWith(answer);
});
worker.addEventListener('message', (event) => {
  const said = readToWorker(event.data);
  if (said?.what === 'take-over') event.waitUntil(scope.skipWaiting());
  if (said?.what === 'keep') event.waitUntil(files.keep(said.urls));
  if (said?.what === 'holds') event.ports[0]?.postMessage(files.holds(said.url));
  if (said?.what === 'forget') {
    event.waitUntil(telling.forget(said.tell).then(() => event.ports[0]?.postMessage('done')));
  }
});
worker.addEventListener('push', (event) => {
  event.waitUntil(telling.pushed(event.data?.text() ?? null));
});
worker.addEventListener('notificationclick', (event) => {
  event.waitUntil(telling.clicked(event.notification, event.action));
});
worker.addEventListener('pushsubscriptionchange', (event) => {
  event.waitUntil(telling.renew().catch(() => undefined));
});
