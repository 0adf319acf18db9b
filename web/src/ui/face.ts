/** Faces from people's cards, as data URLs. Only the two image types the server lets through. */
import type { Thing } from '../net/protocol';

const TYPES = new Set(['image/png', 'image/jpeg']);
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

const known = new WeakMap<Thing, string | null>();

/** The data URL of a thing of kind `face`, or undefined when it holds no usable picture. */
export function faceOf(thing: Thing | undefined): string | undefined {
  if (!thing) return undefined;
  let url = known.get(thing);
  if (url === undefined) {
    const { mime, data } = thing;
    url =
      typeof mime === 'string' && TYPES.has(mime) && typeof data === 'string' && BASE64.test(data)
        ? `data:${mime};base64,${data}`
        : null;
    known.set(thing, url);
  }
  return url ?? undefined;
}
