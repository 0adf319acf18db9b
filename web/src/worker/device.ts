/** This device as a channel of somebody's: what is kept of it, and what the server is told. */
import { isRecord } from './messages';

/** What is kept on the device about its own channel. */
export interface Device {
  /** The account that is told here. */
  readonly account: string;
  /** The channel's id at the server. */
  readonly channel: string;
  /** The server's public key that it was subscribed with (base64url). */
  readonly key: string;
  readonly name: string;
  readonly language: string;
  readonly zone: string;
}

/** What `POST /api/1/channels` is asked for a push channel. */
export interface PushChannel {
  readonly type: 'push';
  readonly name: string;
  readonly language: string;
  readonly zone: string;
  readonly subscription: {
    readonly endpoint: string;
    readonly keys: { readonly p256dh: string; readonly auth: string };
  };
}

const FIELDS = ['account', 'channel', 'key', 'name', 'language', 'zone'] as const;

export function readDevice(kept: unknown): Device | null {
  if (!isRecord(kept) || FIELDS.some((field) => typeof kept[field] !== 'string')) return null;
  return Object.fromEntries(FIELDS.map((field) => [field, kept[field]])) as unknown as Device;
}

/** Null for a subscription that a server could not encrypt for. */
export function channelOf(
  device: Pick<Device, 'name' | 'language' | 'zone'>,
  subscription: Pick<PushSubscription, 'endpoint' | 'toJSON'>,
): PushChannel | null {
  const { p256dh = '', auth = '' } = subscription.toJSON().keys ?? {};
  if (p256dh === '' || auth === '') return null;
  const { name, language, zone } = device;
  const { endpoint } = subscription;
  return { type: 'push', name, language, zone, subscription: { endpoint, keys: { p256dh, auth } } };
}

/** A key as browsers take it. */
export function keyBytes(key: string): Uint8Array<ArrayBuffer> {
  const text = atob(key.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

/** Whether a subscription was made with this key; a browser that does not say is believed. */
export function madeWith(key: string, used: ArrayBuffer | null | undefined): boolean {
  if (!used) return true;
  const [wanted, found] = [keyBytes(key), new Uint8Array(used)];
  return wanted.length === found.length && wanted.every((byte, at) => byte === found[at]);
}
