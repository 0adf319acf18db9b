/**
 * Lets a browser ask for the letters together with the script, and not only once it has read the
 * style sheet and made the first text: a round trip less before the page is in its own type.
 */
import type { Plugin } from 'vite';

/** The letters of every visit: scripts/build-fonts.mjs makes them. */
const LETTERS = /inter-latin-[\w-]{8}\.woff2$/;

export function firstPaint(): Plugin {
  return {
    name: 'sightline-first-paint',
    transformIndexHtml: {
      order: 'post',
      handler(_, { bundle }) {
        const found = Object.keys(bundle ?? {}).find(
          (name) => LETTERS.test(name) && !/latin-ext/.test(name),
        );
        if (found === undefined) return [];
        const attrs = {
          rel: 'preload',
          as: 'font',
          type: 'font/woff2',
          crossorigin: '',
          href: `./${found}`,
        };
        return [{ tag: 'link', attrs, injectTo: 'head' }];
      },
    },
  };
}
