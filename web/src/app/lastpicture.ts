/**
 * What was shown last, kept on this device so that the page can start without a network: whom one
 * saw where, and as of when. It tells where people were, so it goes when one signs out, when the
 * server ends the session, and when somebody else comes in; it is a week old at most; and visitors
 * by a shared link keep nothing. What is kept with service worker and all: decisions/0125.
 */
import type { Thing } from '../net/protocol';
import { isRecord } from '../net/record';
import { deviceStoreIn } from '../worker/devicestore';
import type { DeviceStore } from '../worker/devicestore';
import type { ToWorker } from '../worker/messages';
import { mayKeep } from './lastview';
import type { Visitor } from './visitor';

export interface LastPicture {
  readonly visitor: Visitor;
  /** When the server was heard last, in this device's epoch milliseconds. */
  readonly heard: number;
  /** The server's time minus this device's, milliseconds. */
  readonly offset: number;
  readonly things: readonly Thing[];
}

/** What of somebody is on the device. */
export interface OnDevice {
  last(): Promise<LastPicture | null>;
  /** Somebody signs out: take back what the server was told of this device, and keep nothing. */
  leave?(): Promise<void>;
  forget(): void;
  /** Keep no picture any more. */
  drop(): void;
}

/** Nothing is kept: a page that is not installed, or a test. */
export const NOTHING_KEPT: OnDevice = {
  last: () => Promise.resolve(null),
  forget: () => undefined,
  drop: () => undefined,
};

/** Milliseconds after which it is shown no more. */
const WEEK = 7 * 86_400_000;
/** Signing out waits so many milliseconds at most for the server to be told of this device. */
const LEAVES_WITHIN = 3000;

export function deviceStoreHere(): DeviceStore {
  return deviceStoreIn('caches' in globalThis ? globalThis.caches : undefined, document.baseURI);
}

/** Read what was kept; null when there is nothing that may be shown. `now` in epoch milliseconds. */
export function readPicture(raw: unknown, now: number): LastPicture | null {
  if (!isRecord(raw)) return null;
  const { visitor, heard, offset, things } = raw;
  if (!isRecord(visitor) || typeof heard !== 'number' || typeof offset !== 'number') return null;
  if (!isRecord(visitor['rights']) || typeof visitor['name'] !== 'string') return null;
  const who = visitor as unknown as Visitor;
  if (!mayKeep(who) || now - heard > WEEK || heard > now + WEEK || !Array.isArray(things))
    return null;
  const sound = things.filter(
    (thing): thing is Thing =>
      isRecord(thing) && typeof thing['k'] === 'string' && typeof thing['id'] === 'string',
  );
  return { visitor: who, heard, offset, things: sound };
}

/** What is kept on this device, for the session. */
export const onDevice: OnDevice = {
  async last() {
    return readPicture(await deviceStoreHere().get('picture'), Date.now());
  },
  async leave() {
    void deviceStoreHere().remove('picture');
    await askWorker(workers()?.controller, { what: 'forget', tell: true }, LEAVES_WITHIN);
  },
  forget: forgetOnDevice,
  drop() {
    void deviceStoreHere().remove('picture');
  },
};

/** Nothing of what was shown, or is told outside the page, stays. */
export function forgetOnDevice(): void {
  void deviceStoreHere().remove('picture');
  workers()?.controller?.postMessage({ what: 'forget', tell: false } satisfies ToWorker);
}

/** Absent without https, whatever the types say. */
export function workers(): ServiceWorkerContainer | undefined {
  return (navigator as { serviceWorker?: ServiceWorkerContainer }).serviceWorker;
}

/** Ask a worker; undefined when it does not answer within so many milliseconds, or is not there. */
export function askWorker(
  worker: ServiceWorker | null | undefined,
  message: ToWorker,
  within: number,
): Promise<unknown> {
  if (!worker) return Promise.resolve(undefined);
  return new Promise((give) => {
    const { port1, port2 } = new MessageChannel();
    setTimeout(give, within);
    port1.onmessage = ({ data }: MessageEvent<unknown>) => {
      give(data);
    };
    worker.postMessage(message, [port2]);
  });
}
