/** QR codes of links, up to version 25 at error correction level M: 997 bytes. */
import { encode } from 'uqr';

export type Modules = readonly (readonly boolean[])[];

/** A larger code could not be read off a screen. */
const MOST = 25;

/** The rows of dark (true) and light modules of a text, without a border; null when it is too long. */
export function qr(text: string): Modules | null {
  // Bytes, so that a text of digits alone is no other code: what is read is the same.
  const bytes = [...new TextEncoder().encode(text)];
  try {
    return encode(bytes, { ecc: 'M', boostEcc: false, border: 0, maxVersion: MOST }).data;
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}
