/**
 * From where an address can be reached, as far as it shows that by itself, and how that is said.
 * The server judges the same way (web/reach.py); here it is said while one types. Pure.
 */
import { t } from '@lingui/core/macro';
import type { PhonePlace } from '../../../generated';

export type Reach = 'machine' | 'network' | 'anywhere';

const NEAR = ['.local', '.lan', '.home.arpa', '.internal'];

/** The address as a URL; null when it is none that a phone could be given. */
export function addressOf(text: string): URL | null {
  const typed = text.trim();
  if (typed === '') return null;
  try {
    const url = new URL(/^[a-z]+:\/\//i.test(typed) ? typed : `https://${typed}`);
    return url.protocol === 'https:' || url.protocol === 'http:' ? url : null;
  } catch {
    return null;
  }
}

export function reachOf({ hostname }: URL): Reach {
  const host = hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  if (host.includes(':')) return ofSix(host);
  const four = /^(\d+)\.(\d+)\.\d+\.\d+$/.exec(host);
  if (four) return ofFour(Number(four[1]), Number(four[2]));
  if (host === 'localhost' || host.endsWith('.localhost')) return 'machine';
  return !host.includes('.') || NEAR.some((end) => host.endsWith(end)) ? 'network' : 'anywhere';
}

function ofFour(first: number, second: number): Reach {
  if (first === 127 || first === 0) return 'machine';
  const shared =
    first === 10 ||
    (first === 192 && second === 168) ||
    (first === 172 && second >= 16 && second < 32) ||
    (first === 169 && second === 254) ||
    (first === 100 && second >= 64 && second < 128);
  return shared ? 'network' : 'anywhere';
}

function ofSix(host: string): Reach {
  if (host === '::1' || host === '::') return 'machine';
  return /^f[cd]|^fe[89ab]/i.test(host) ? 'network' : 'anywhere';
}

/** What is to be known about an address before phones are given it; empty when all is well. */
export function cautions(url: URL): readonly string[] {
  const reach = reachOf(url);
  const said: string[] = [];
  const { hostname } = url;
  if (reach === 'machine') {
    said.push(
      t`${hostname} means “this very computer”: no phone can reach it. Type the address that phones use.`,
    );
  } else if (reach === 'network') {
    said.push(
      t`Only phones in the same Wi-Fi can reach ${hostname}. On the move a phone keeps where it was, and sends it when it is back.`,
    );
  }
  if (url.protocol === 'http:' && reach !== 'machine') {
    said.push(
      t`http:// is not encrypted: others in between can read where the phone is, and iPhones may refuse it. https:// is better.`,
    );
  }
  return said;
}

/** The best guess at the address that phones use, where nobody has said it yet. */
export function guessOf(place: PhonePlace, page: string): string {
  const here = addressOf(page);
  if (here && reachOf(here) === 'machine' && place.guess !== '') return place.guess;
  return page.replace(/\/$/, '');
}
