import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { render } from '../scripts/build-docs.mjs';
import { CODES } from '../src/generated';
import { DOCUMENTS } from '../src/ui/doclink';
import { ERROR_PAGES, errorPage, NEED_NONE } from '../src/ui/errorpages';

const SOURCES = join(import.meta.dirname, '../../server');

/** The ids of the headings of a page, as the build of the documents gives them. */
function anchorsOf(page: string): string[] {
  const source = page.replace(/index\.html$/, 'README.md').replace(/\.html$/, '.md');
  const path = join(SOURCES, source);
  expect(existsSync(path), page).toBe(true);
  return render(readFileSync(path, 'utf-8'), source).headings.map(({ id }) => id);
}

function expectParagraph(address: string): void {
  const [page = '', anchor] = address.split('#');
  const anchors = anchorsOf(page);
  if (anchor !== undefined) expect(anchors).toContain(anchor);
}

test.each(Object.values(DOCUMENTS))('%s is among the documents', (address) => {
  expectParagraph(address);
});

describe('the code of a refusal', () => {
  test.each(Object.entries(ERROR_PAGES))('%s leads to %s, which is there', (_, address) => {
    expectParagraph(address);
  });

  test.each(CODES)('%s has a paragraph, or needs none', (code) => {
    const needsNone = NEED_NONE.includes(code);
    expect(errorPage(code) === undefined).toBe(needsNone);
  });

  test('that nobody declared leads nowhere', () => {
    expect(errorPage('toString')).toBeUndefined();
    expect(errorPage('hasOwnProperty')).toBeUndefined();
  });
});
