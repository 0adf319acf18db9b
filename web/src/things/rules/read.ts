/** Rules of the world: whose they are, what they watch, what is wrong with them. */
import { RuleShape, WatchShape } from '../../generated';
import type { Rule as RuleState, Watch as WatchState } from '../../generated';
import type { Thing } from '../../net/protocol';
import { readLoosely } from '../../net/shape';
import type { Read } from '../../net/shape';
import { keyOf, splitKey } from '../../app/world';
import type { Key, Picture } from '../../app/world';
import { covers } from '../../app/visitor';
import type { Draft, Wishes } from './model';

/** `rule/<owner>/<id>` */
export type Rule = Read<RuleState> & { readonly key: Key; readonly owner: string };

/** What a newer server may know and this page does not: it is shown by its name alone. */
const OF_A_NEWER_SERVER: Rule['condition'] = { type: 'number', changed: false };

const known = new WeakMap<Thing, Rule>();

/** Read a rule; the same thing gives the same object. */
export function readRule(thing: Thing): Rule {
  const before = known.get(thing);
  if (before) return before;
  const state = readLoosely<RuleState>(RuleShape, thing, { condition: OF_A_NEWER_SERVER });
  const key = keyOf('rule', thing.id);
  const rule: Rule = { ...state, key, owner: ownerOf(key) };
  known.set(thing, rule);
  return rule;
}

export function ownerOf(key: Key): string {
  return splitKey(key)[1].split('/', 1)[0] ?? '';
}

export function draftOf({
  key,
  version,
  owner: _,
  by: __,
  at: ___,
  trouble: ____,
  ...wishes
}: Rule): Draft {
  return { ...wishes, edited: { key, version } };
}

/** Whether a rule looks at this thing: its words are those of grants. */
export function watches(
  { about, condition }: Pick<Rule, 'about' | 'condition'>,
  key: Key,
): boolean {
  return covers(about, key) || condition.other === key;
}

/** What a rule names that is not there: parts of the sentence, by what is missing. */
export function goneFrom(
  { about, condition }: Wishes,
  world: Pick<Picture, 'get' | 'kind'>,
): readonly ('who' | 'place' | 'other')[] {
  const { region, other } = condition;
  return [
    ...(about.some((word) => !isThere(word, world)) ? (['who'] as const) : []),
    ...(region !== undefined && !world.get(keyOf('region', region)) ? (['place'] as const) : []),
    ...(other !== undefined && !world.get(other) ? (['other'] as const) : []),
  ];
}

/** A kind is always there; of a group at least one of its things, else the thing itself. */
function isThere(word: string, world: Pick<Picture, 'get' | 'kind'>): boolean {
  if (!word.includes('/')) return true;
  if (world.get(word)) return true;
  const [kind, group] = splitKey(word);
  return [...world.kind(kind).keys()].some((id) => id.startsWith(`${group}/`));
}

/** When each rule fired last, by its key: out of the alerts that are there. */
export function lastFired(alerts: readonly Thing[]): ReadonlyMap<Key, number> {
  const found = new Map<Key, number>();
  for (const { rule, at } of alerts) {
    if (typeof rule !== 'string' || typeof at !== 'number') continue;
    found.set(rule, Math.max(at, found.get(rule) ?? 0));
  }
  return found;
}

/** `watch/<owner>/<id>`: a rule as one of those sees it that it watches. */
export type Watch = Read<WatchState> & { readonly key: Key; readonly owner: string };

const watched = new WeakMap<Thing, Watch>();

export function readWatch(thing: Thing): Watch {
  const before = watched.get(thing);
  if (before) return before;
  const state = readLoosely<WatchState>(WatchShape, thing, { condition: OF_A_NEWER_SERVER });
  const key = keyOf('watch', thing.id);
  const watch: Watch = { ...state, key, owner: ownerOf(key) };
  watched.set(thing, watch);
  return watch;
}

/** It as a rule that can be said: what those who are watched are not told has the empty name. */
export function wishesOfWatch({ about, condition, hours, tell, enabled }: Watch): Wishes {
  const unnamed = { region: '', other: '', topic: '' };
  return {
    ...{ name: '', urgent: false, every: 0, hours, tell, enabled },
    about: [about],
    condition: { ...unnamed, ...condition },
  };
}
