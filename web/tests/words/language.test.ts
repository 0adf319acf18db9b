/** Which language is spoken, and by which locale numbers are written. */
import { afterEach, expect, test } from 'vitest';
import { i18n } from '#words/i18n';
import { Denied } from '../../src/net/api';
import { directionOf, fitting, languageName, languages, localeFor } from '../../src/words/language';

afterEach(() => {
  i18n.activate('en');
});

test('the first wish that there is', () => {
  const known = ['de', 'en', 'pt-BR'];
  expect(fitting(['de-AT', 'en'], known)).toBe('de');
  expect(fitting(['it', 'pt-br'], known)).toBe('pt-BR');
  expect(fitting(['it', 'ja'], known)).toBe('en');
  expect(fitting([], known)).toBe('en');
});

test('numbers are written as where the browser is at home', () => {
  expect(localeFor('de', ['de-AT', 'en'])).toBe('de-AT');
  expect(localeFor('en', ['de-DE'])).toBe('en-DE');
  expect(localeFor('fr', ['de', 'fr-CA'])).toBe('fr-CA');
  expect(localeFor('fr', [])).toBe('fr');
});

test('languages are found by their files, and named in their own words', () => {
  expect(languages()).toEqual(expect.arrayContaining(['de', 'en', 'es', 'fr', 'nl']));
  expect(['de', 'fr', 'nl'].map(languageName)).toEqual(['Deutsch', 'Français', 'Nederlands']);
  expect(['de', 'ar-XB', 'he'].map(directionOf)).toEqual(['ltr', 'rtl', 'rtl']);
});

test('a refusal is told in the words of the page, unless its code is new', () => {
  const told = () => [
    new Denied('signed_out', 'Your session has ended.').message,
    new Denied('malformed', 'name: must be a text').message,
    new Denied('wait', 'Too many. Try again in 7 s.', 6.2).message,
    new Denied('brand_new' as 'busy', 'Something new.').message,
  ];
  expect(told()[0]).toBe('Your session has ended.');
  i18n.load('xx', {});
  i18n.activate('xx');
  expect(told()).toEqual([
    'Please sign in again.',
    'The server could not use this: name: must be a text',
    'Too many attempts. Try again in 7 s.',
    'Something new.',
  ]);
});
