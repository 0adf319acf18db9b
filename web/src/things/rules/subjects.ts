/** Who or what can be chosen for a rule: whole kinds, people with their devices, robots, brokers. Pure. */
import { kindIn } from './conditions';

/** What is known of things, by their keys. */
export type Known = ReadonlyMap<string, { readonly name: string; readonly qualifier?: string }>;

export interface Subject {
  /** In the words of grants. */
  readonly word: string;
  readonly name: string;
  /** Whose picture is shown. */
  readonly key?: string;
  /** The rule names it, and it is not there. */
  readonly missing?: boolean;
  /** Their devices, where somebody has more than one. */
  readonly inner: readonly Subject[];
}

/** Single things of a kind, by name; friends by person. Then those that the rule names and are not there. */
export function subjectsOf(
  kind: string,
  known: Known,
  about: readonly string[],
): readonly Subject[] {
  const groups = new Map<string, string[]>();
  for (const key of known.keys()) {
    if (kindIn(key) !== kind) continue;
    const group = kind === 'friend' ? key.split('/').slice(0, 2).join('/') : key;
    groups.set(group, [...(groups.get(group) ?? []), key]);
  }
  const found = [...groups].map(([word, keys]) => subjectOf(word, keys.sort(), known));
  found.sort((a, b) => a.name.localeCompare(b.name));
  const there = new Set(
    found.flatMap(({ word, inner }) => [word, ...inner.map((each) => each.word)]),
  );
  const missing = about
    .filter((word) => kindIn(word) === kind && word.includes('/') && !there.has(word))
    .filter((word) => !known.has(word))
    .map((word) => ({ word, name: lastOf(word), missing: true, inner: [] }));
  return [...found, ...missing];
}

function subjectOf(word: string, keys: readonly string[], known: Known): Subject {
  const [first = word] = keys;
  const inner =
    keys.length < 2
      ? []
      : keys.map((key) => ({ word: key, key, name: deviceName(key, known), inner: [] }));
  return { word, key: first, name: known.get(first)?.name ?? lastOf(word), inner };
}

function deviceName(key: string, known: Known): string {
  return known.get(key)?.qualifier || lastOf(key);
}

function lastOf(word: string): string {
  return word.split('/').at(-1) ?? word;
}

/** Whether a subject is chosen, or part of what is. */
export function chosenIn(
  about: readonly string[],
  { word, key, inner }: Subject,
): 'no' | 'yes' | 'wider' {
  if (about.includes(word)) return 'yes';
  if (inner.length === 0 && key !== undefined && about.includes(key)) return 'yes';
  if (about.includes(kindIn(word))) return 'wider';
  const group = word.split('/').slice(0, 2).join('/');
  return group !== word && about.includes(group) ? 'wider' : 'no';
}

/** Whether somebody of these may ever be in a region: a phone's own one is of that phone alone. */
export function mayBeIn(about: readonly string[], { sort, owner }: Owned): boolean {
  if (sort !== 'phone' || owner === undefined || about.length === 0) return true;
  return about.some((word) => owner === word || owner.startsWith(`${word}/`));
}

interface Owned {
  readonly sort: 'shared' | 'personal' | 'phone';
  readonly owner?: string;
}

/** What is called so: the thing, or somebody whose devices these are. */
export function nameIn(known: Known, word: string): string {
  const exact = known.get(word)?.name;
  if (exact !== undefined) return exact;
  // client/<broker>/<its id>: there may be thousands, and the id is what they are called.
  if (kindIn(word) === 'client') return word.split('/').slice(2).join('/') || lastOf(word);
  for (const [key, { name }] of known) if (key.startsWith(`${word}/`)) return name;
  return lastOf(word);
}
