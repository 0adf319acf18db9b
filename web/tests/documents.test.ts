import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { DOCUMENTS } from '../src/ui/doclink';

const SOURCES = join(import.meta.dirname, '../../server');

test.each(Object.values(DOCUMENTS))('%s is among the documents', (path) => {
  const source = path.replace(/index\.html$/, 'README.md').replace(/\.html$/, '.md');
  expect(existsSync(join(SOURCES, source))).toBe(true);
});
