/**
 * Which language the page speaks: the one chosen in this browser, else the browser's own, else English.
 * A language is a file in `locales/`; nothing else lists them.
 */
import type { Messages } from '@lingui/core';
import { i18n } from './i18n';

const FILES = import.meta.glob<{ messages: Messages }>('../locales/*.po');
const STORED = 'sightline.language';
const SOURCE = 'en';
/** Languages written from right to left, where the browser does not say so itself. */
const LEFTWARD = new Set(['ar', 'dv', 'fa', 'he', 'ku', 'ps', 'sd', 'ug', 'ur', 'yi']);
/** For developers, by `?lang=` alone: English made longer, or made to run from right to left. */
const PSEUDO = new Set(['en-XA', 'ar-XB']);

/** The codes of all languages of the page. */
export function languages(): string[] {
  const found = Object.keys(FILES).map((path) => path.replace(/^.*\/|\.po$/g, ''));
  return [SOURCE, ...found.filter((code) => code !== SOURCE)].sort();
}

/** Its own name: "Deutsch". */
export function languageName(code: string): string {
  const name = new Intl.DisplayNames([code], { type: 'language' }).of(code) ?? code;
  return name.charAt(0).toLocaleUpperCase(code) + name.slice(1);
}

/** The first of the wished languages that there is; `de-AT` is content with `de`. */
export function fitting(wished: readonly string[], known: readonly string[]): string {
  for (const wish of wished) {
    const whole = known.find((code) => code.toLowerCase() === wish.toLowerCase());
    if (whole !== undefined) return whole;
    const bare = wish.toLowerCase().split('-')[0];
    const near = known.find((code) => code.toLowerCase() === bare);
    if (near !== undefined) return near;
  }
  return SOURCE;
}

/** What was chosen in this browser; null: to go by the browser's own. */
export function chosenLanguage(): string | null {
  try {
    return localStorage.getItem(STORED);
  } catch {
    return null;
  }
}

/** Choose a language (null: the browser's own), and start the page anew in it. */
export function chooseLanguage(code: string | null): void {
  try {
    if (code === null) localStorage.removeItem(STORED);
    else localStorage.setItem(STORED, code);
  } catch {
    // Storage is refused here: there is nothing to start anew with.
    return;
  }
  location.reload();
}

/**
 * The locale by which numbers and times are written: the browser's own, where it is of that language;
 * else that language where the browser is at home: English in Germany has 24 hours and kilometres.
 */
export function localeFor(language: string, wished: readonly string[]): string {
  const own = wished.find((wish) => wish.toLowerCase().split('-')[0] === language.split('-')[0]);
  if (own !== undefined) return own;
  const region = wished[0] === undefined ? undefined : new Intl.Locale(wished[0]).maximize().region;
  return region === undefined ? language : `${language}-${region}`;
}

export function directionOf(locale: string): 'ltr' | 'rtl' {
  const { language } = new Intl.Locale(locale);
  return LEFTWARD.has(language) ? 'rtl' : 'ltr';
}

/** Load the words and say on the document which language it is. Before anything is drawn. */
export async function speak(): Promise<void> {
  const asked = new URLSearchParams(location.search).get('lang');
  if (asked !== null && PSEUDO.has(asked)) {
    const { pretend } = await import('./pseudo');
    pretend(i18n);
    tell(asked);
    return;
  }
  const known = languages();
  const wished = [asked, chosenLanguage(), ...navigator.languages].filter((wish) => wish !== null);
  const language = fitting(wished, known);
  const locale = localeFor(language, navigator.languages);
  const load = FILES[`../locales/${language}.po`];
  try {
    if (load) i18n.load(language, (await load()).messages);
    i18n.activate(load ? language : SOURCE, locale);
    tell(load ? language : SOURCE);
  } catch {
    // The words did not arrive: English, which is here, is better than nothing.
    tell(SOURCE);
  }
}

function tell(language: string): void {
  document.documentElement.lang = language;
  document.documentElement.dir = directionOf(language);
}
