/**
 * Which files of a build are kept on the device when the app is installed there: what the page and
 * all its sections are made of. Names of towns, languages, and letters of other scripts are many,
 * and each visitor needs few of them: they are kept when they were used.
 */

/** Vite's manifest of a build, as far as it matters here. */
export type Manifest = Readonly<Record<string, Piece>>;

export interface Piece {
  readonly file: string;
  readonly css?: readonly string[];
  readonly assets?: readonly string[];
}

const WHEN_USED = /^virtual:town|townpieces|^_?virtual_towns|^src\/locales\/|^src\/words\/pseudo/;
const LETTERS = /\.woff2$/;
/** A name that was not final yet when the manifest was written; the final one stands there, too. */
const PLACEHOLDER = /[!~{}]/;
/** The letters of every visit. */
const OFTEN = /(inter|jetbrains-mono)-latin(-[\w-]{8})?\.woff2$/;

export function precached(manifest: Manifest): string[] {
  const found = new Set<string>();
  for (const [name, piece] of Object.entries(manifest)) {
    if (WHEN_USED.test(name)) continue;
    for (const file of [piece.file, ...(piece.css ?? []), ...(piece.assets ?? [])]) {
      if (PLACEHOLDER.test(file)) continue;
      if (!LETTERS.test(file) || OFTEN.test(file)) found.add(file);
    }
  }
  return [...found].sort();
}
