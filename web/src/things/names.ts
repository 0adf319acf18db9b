/** What is made of names: letters and colours for pictures, words to search in and to order by. */

/** Lower case and without accents, so that "tomas" finds "Tomás". */
export function plain(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{Mark}/gu, '')
    .toLowerCase();
}

/** What the order by name goes by: ProBot2 comes before ProBot10. */
export function orderOf(name: string): string {
  return plain(name).replace(/\d+/g, (digits) => digits.padStart(6, '0'));
}

/** One or two letters for the avatar: of the first and last word of the name. */
export function initialsOf(name: string): string {
  const words = name.split(/[\s._-]+/).filter((word) => /[\p{L}\p{N}]/u.test(word));
  const letter = (word: string | undefined) => (word ? ([...word][0] ?? '') : '');
  const first = words[0];
  if (!first) return '?';
  const both =
    words.length > 1 ? letter(first) + letter(words.at(-1)) : [...first].slice(0, 2).join('');
  return both.toUpperCase();
}

const PEOPLE = 8;

/** Everybody keeps a colour for life: one of c1..c8 by their name. */
export function colourOf(name: string): string {
  let hash = 0x811c9dc5;
  for (const character of name) {
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  }
  return `c${String((hash % PEOPLE) + 1)}`;
}
