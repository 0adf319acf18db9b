/** Reads what a push brings: whatever it is, it comes from outside and is held to a shape. */
import { isRecord } from './messages';

export type Action = 'show' | 'acknowledge' | 'call';

/** What is told, as `channels` of the server sends it, encrypted for this device alone. */
export interface PushPayload {
  readonly tag: string;
  readonly title: string;
  readonly body: string;
  /** Where it leads, below the scope. */
  readonly url: string;
  /** When it happened, epoch milliseconds. */
  readonly at: number | undefined;
  readonly urgent: boolean;
  /** How many alerts are open; absent: not told. */
  readonly badge: number | undefined;
  /** The key of the alert that can be acknowledged; empty: none. */
  readonly alert: string;
  /** Whom one may call about it, as it is dialled; empty: nobody. */
  readonly telephone: string;
  readonly actions: readonly Action[];
}

const TITLE = 200;
const BODY = 1500;
const NAME = 200;
const ACTIONS: readonly Action[] = ['call', 'acknowledge', 'show'];
const DIALLED = /^\+[1-9][0-9]{6,14}$/;

/** Read a push's text; null when it is none of ours. */
export function readPushPayload(text: string | null, scope: string): PushPayload | null {
  let raw: unknown;
  try {
    raw = JSON.parse(text ?? '');
  } catch {
    return null;
  }
  if (!isRecord(raw)) return null;
  const title = short(raw['title'], TITLE);
  if (title === '') return null;
  const alert = short(raw['alert'], NAME);
  const telephone = dialled(raw['telephone']);
  const wished: readonly unknown[] = Array.isArray(raw['actions']) ? raw['actions'] : [];
  return {
    title,
    body: short(raw['body'], BODY),
    tag: short(raw['tag'], NAME) || short(raw['id'], NAME),
    url: within(raw['url'], scope),
    at: timeOf(raw['at']),
    urgent: raw['urgent'] === true,
    badge: countOf(raw['badge']),
    alert,
    telephone,
    actions: inWishedOrder(wished).filter(
      (action) =>
        (action !== 'acknowledge' || alert !== '') && (action !== 'call' || telephone !== ''),
    ),
  };
}

/** What is known of the wished actions, in their order: systems show the first two. */
function inWishedOrder(wished: readonly unknown[]): readonly Action[] {
  return [...new Set(wished)].flatMap((each) => ACTIONS.find((action) => action === each) ?? []);
}

/** A number as it is dialled; empty for anything else: nothing but a number is ever called. */
export function dialled(value: unknown): string {
  return typeof value === 'string' && DIALLED.test(value) ? value : '';
}

/** An address below the scope; the scope itself for any other, so that a push leads nowhere else. */
export function within(url: unknown, scope: string): string {
  if (typeof url !== 'string') return scope;
  try {
    const found = new URL(url, scope);
    const home = new URL(scope);
    const ours = found.origin === home.origin && found.pathname === home.pathname;
    return ours && found.username === '' ? found.href : scope;
  } catch {
    return scope;
  }
}

function short(value: unknown, most: number): string {
  if (typeof value !== 'string') return '';
  // Control characters and turners of direction have no place in what a system shows.
  const clean = value.replace(/[\u0000-\u0009\u000b-\u001f\u007f\u202a-\u202e\u2066-\u2069]/g, '');
  const letters = [...clean.trim()];
  return letters.length > most ? `${letters.slice(0, most - 1).join('')}…` : letters.join('');
}

/** Epoch seconds as milliseconds. */
function timeOf(value: unknown): number | undefined {
  const sound = typeof value === 'number' && value > 0 && value < 1e11;
  return sound ? Math.round(value * 1000) : undefined;
}

function countOf(value: unknown): number | undefined {
  return Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : undefined;
}
