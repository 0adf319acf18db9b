/** Each catalogue holds what the page says: nothing lost, nothing that cannot be read. */
import { readFileSync, readdirSync } from 'node:fs';
import { formatter } from '@lingui/format-po';
import { compileMessage } from '@lingui/message-utils/compileMessage';
import { describe, expect, test } from 'vitest';

const LOCALES = new URL('../../src/locales/', import.meta.url);

const files = readdirSync(LOCALES).filter((name) => name.endsWith('.po'));

/** The placeholders and elements of a message, wherever in it they are. */
function pieces(message: unknown): string[] {
  const found = new Set<string>();
  const visit = (token: unknown): void => {
    if (typeof token === 'string') {
      for (const [tag] of token.matchAll(/<\/?\w+\/?>/g)) found.add(tag);
    } else if (Array.isArray(token)) {
      const [name, type, forms] = token as [string, string | undefined, object | undefined];
      found.add(type === undefined ? name : `${name}, ${type}`);
      for (const form of Object.values(forms ?? {})) many(form);
    }
  };
  const many = (tokens: unknown): void => {
    if (Array.isArray(tokens)) tokens.forEach(visit);
    else visit(tokens);
  };
  many(message);
  return [...found].sort();
}

test('there are catalogues', () => {
  expect(files.length).toBeGreaterThan(3);
});

describe.each(files)('%s', (name) => {
  const locale = name.slice(0, -'.po'.length);
  const context = { locale, sourceLocale: 'en', filename: name };
  const catalogue = Object.entries(
    formatter().parse(readFileSync(new URL(name, LOCALES), 'utf8'), context),
  ) as [string, { message?: string; translation: string }][];
  const said = (id: string, entry: { message?: string }) => entry.message ?? id;

  test('has a translation for everything', () => {
    const empty = catalogue.filter(([, { translation }]) => translation.trim() === '');
    expect(empty.map(([id, entry]) => said(id, entry))).toEqual([]);
  });

  test('has the placeholders, plurals and elements of the English', () => {
    for (const [id, entry] of catalogue) {
      if (entry.translation === '') continue;
      const english = pieces(compileMessage(said(id, entry)));
      expect(pieces(compileMessage(entry.translation)), said(id, entry)).toEqual(english);
    }
  });

  test('has the plural forms of its language', () => {
    const forms = new Intl.PluralRules(locale).resolvedOptions().pluralCategories;
    for (const [id, { translation }] of catalogue) {
      const plural = (compileMessage(translation) as unknown[]).find?.(
        (token) => Array.isArray(token) && token[1] === 'plural',
      ) as [string, string, object] | undefined;
      for (const form of Object.keys(plural?.[2] ?? {})) {
        if (form === 'offset') continue; // `{count, plural, offset:1 …}`: no form
        expect(/^\d+$/.test(form) || forms.includes(form as never), `${id}: ${form}`).toBe(true);
      }
    }
  });
});
