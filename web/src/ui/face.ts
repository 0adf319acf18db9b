/**
 * Pictures of things as addresses for an image. People's faces are at an address of the server's,
 * which changes with the picture; robots' pictures come whole. Only the two image types the server
 * lets through.
 */
import type { Thing } from '../net/protocol';

const TYPES = new Set(['image/png', 'image/jpeg']);
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;
const HASH = /^[0-9a-f]{16,64}$/;

const known = new WeakMap<Thing, string | null>();

/** The address of a thing's picture, or undefined when it holds no usable one. */
export function faceOf(thing: Thing | undefined): string | undefined {
  if (!thing) return undefined;
  let url = known.get(thing);
  if (url === undefined) {
    const { mime, data, hash } = thing;
    url = null;
    if (typeof mime === 'string' && TYPES.has(mime)) {
      if (typeof hash === 'string' && HASH.test(hash)) {
        url = `faces/${thing.id.split('/').map(encodeURIComponent).join('/')}/${hash}`;
      } else if (typeof data === 'string' && BASE64.test(data)) {
        const src = `data:${mime};base64,${data}`;
        url = src;
      }
    }
    known.set(thing, url);
  }
  return url ?? undefined;
}
