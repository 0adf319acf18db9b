/** How the words of the page become catalogues; docs/languages.md tells how to work with them. */
import { readdirSync } from 'node:fs';
import { defineConfig } from '@lingui/conf';
import { formatter } from '@lingui/format-po';

const LOCALES = new URL('./src/locales/', import.meta.url);

export default defineConfig({
  // One file is one language. English is in the code and needs none.
  locales: readdirSync(LOCALES)
    .filter((name) => name.endsWith('.po'))
    .map((name) => name.slice(0, -'.po'.length))
    .sort(),
  catalogs: [
    {
      // Elsewhere when they are only compared (scripts/words.mjs --check).
      path: `${process.env.WORDS_FOLDER ?? '<rootDir>/src/locales'}/{locale}`,
      include: ['<rootDir>/src'],
      exclude: ['<rootDir>/src/words/**'],
    },
  ],
  // Nothing in the files changes unless words do: so two people's changes seldom meet.
  format: formatter({ origins: false, printPlaceholdersInComments: false }),
  orderBy: 'message',
  runtimeConfigModule: { i18n: ['#words/i18n', 'i18n'], Trans: ['#words/trans', 'Trans'] },
});
