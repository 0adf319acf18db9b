/** Whom and what can be given to an account, as rows to tick; and what was given, in words. Pure. */
import { t } from '@lingui/core/macro';
import { covers } from '../app/visitor';
import type { Grant, Role } from '../app/visitor';
import { KINDS } from '../things';
import type { Right } from '../things/kind';
import { customs } from '../ui/customs';
import { withGrant } from './wording';

/** What is known of the things there are, by their keys. */
export type Known = ReadonlyMap<
  string,
  { readonly name: string; readonly qualifier?: string; readonly order?: string }
>;

/** A row: ticking it gives `grant`. */
export interface Choice {
  readonly grant: Grant;
  readonly name: string;
  /** Whose picture is shown; absent for a whole kind, and for who is not on the map. */
  readonly key?: string;
  /** It was given by name and is not on the map. */
  readonly missing?: boolean;
  /** Their devices, where somebody has more than one. */
  readonly inner: readonly Choice[];
}

export interface Given {
  readonly role: Role;
  readonly see: readonly Grant[];
  readonly drive: readonly Grant[];
  readonly own: readonly Grant[];
}

/** Names in one sentence; more are counted. */
const MOST = 4;

function kindsWith(right: Right): readonly string[] {
  return [...KINDS.values()].flatMap(({ name, granted }) =>
    granted?.rights.includes(right) === true ? [name] : [],
  );
}

const isOwned = (kind: string) => KINDS.get(kind)?.granted?.owned === true;

/** Everything of a kind, or all there is: what comes later is in it, too. */
export function wholeChoices(right: Right, grants: readonly Grant[]): readonly Choice[] {
  if (right === 'own') return [];
  const all = right === 'see' || grants.includes('*') ? ['*'] : [];
  return [...all, ...kindsWith(right)].map((grant) => ({
    grant,
    name: wholeName(grant),
    inner: [],
  }));
}

/** Single people and things, by name; then those that were given and are not on the map. */
export function singleChoices(
  right: Right,
  known: Known,
  grants: readonly Grant[],
): readonly Choice[] {
  const kinds = kindsWith(right);
  const groups = new Map<string, string[]>();
  for (const key of known.keys()) {
    const [kind = '', first = ''] = key.split('/', 2);
    if (!kinds.includes(kind)) continue;
    const group = isOwned(kind) ? `${kind}/${first}` : key;
    groups.set(group, [...(groups.get(group) ?? []), key]);
  }
  const found = [...groups].map(([group, keys]) => choiceOf(group, keys.sort(), known));
  found.sort((a, b) => a.name.localeCompare(b.name));
  const there = new Set(
    found.flatMap(({ grant, key, inner }) => [grant, key, ...inner.map((each) => each.grant)]),
  );
  const missing = grants
    .filter((grant) => grant.includes('/') && !there.has(grant))
    .map((grant) => ({ grant, name: idOf(grant), missing: true, inner: [] }));
  return [...found, ...missing];
}

function choiceOf(group: Grant, keys: readonly string[], known: Known): Choice {
  const [first = group] = keys;
  const name = known.get(first)?.name ?? idOf(group);
  const inner =
    keys.length < 2
      ? []
      : keys.map((key) => ({ grant: key, name: deviceName(key, known), key, inner: [] }));
  return { grant: group, name, key: first, inner };
}

/** A device among others of the same person: by what it is called, or by the last of its key. */
function deviceName(key: string, known: Known): string {
  const device = key.split('/').slice(2).join('/');
  return known.get(key)?.qualifier || device || (known.get(key)?.name ?? key);
}

const idOf = (grant: Grant) => grant.split('/').slice(1).join('/');

/** Whether a row is ticked, and whether that is because of something wider. */
export function tickOf(choice: Choice, grants: readonly Grant[]): 'no' | 'yes' | 'wider' {
  const { grant, key, inner } = choice;
  if (grants.includes(grant)) return 'yes';
  if (inner.length === 0 && key !== undefined && grants.includes(key)) return 'yes';
  if (grant === '*') return 'no';
  if (!grant.includes('/')) return grants.includes('*') ? 'wider' : 'no';
  return covers(grants, key ?? grant) && (inner.length === 0 || coversAll(grants, grant))
    ? 'wider'
    : 'no';
}

/** Whether all of a person's devices are given by a kind, or by everything. */
function coversAll(grants: readonly Grant[], group: Grant): boolean {
  const [kind = ''] = group.split('/', 1);
  return grants.includes('*') || grants.includes(kind);
}

/** What is given after a row was ticked or cleared. */
export function ticked(grants: readonly Grant[], choice: Choice, on: boolean): readonly Grant[] {
  if (on) return withGrant(grants, choice.grant);
  return grants.filter((each) => each !== choice.grant && !each.startsWith(`${choice.grant}/`));
}

/** A grant for somebody or something by a name that was typed. */
export function typedGrant(right: Right, typed: string): Grant {
  const name = typed.trim();
  const [kind = ''] = kindsWith(right);
  return name.includes('/') || name === '*' || KINDS.has(name) ? name : `${kind}/${name}`;
}

function wholeName(grant: Grant): string {
  return grant === '*'
    ? t`Everything, also what comes later`
    : (KINDS.get(grant)?.granted?.label() ?? grant);
}

/** What a grant is for, within a sentence: "Anna", "all friends". */
export function grantName(grant: Grant, known: Known): string {
  if (grant === '*') return t({ message: 'everything', context: 'sees everything' });
  const [kind = '', ...rest] = grant.split('/');
  const granted = KINDS.get(kind)?.granted;
  if (rest.length === 0) return granted?.within() ?? grant;
  const name = known.get(grant)?.name;
  if (name !== undefined) return name;
  if (granted?.owned === true && rest.length === 1) {
    for (const [key, entry] of known) if (key.startsWith(`${grant}/`)) return entry.name;
  }
  return rest[0] ?? grant;
}

/** "Anna, Ben and 3 more" */
function listed(grants: readonly Grant[], known: Known): string {
  const names = [...new Set(grants.map((grant) => grantName(grant, known)))];
  const shown = names.length > MOST ? names.slice(0, MOST - 1) : names;
  const more = names.length - shown.length;
  const parts = more > 0 ? [...shown, t`${more} more`] : shown;
  return new Intl.ListFormat(customs.value.locale, { type: 'conjunction' }).format(parts);
}

/** What an account may, in words: "Sees Anna and Ben; drives nothing". */
export function rightsText(given: Given, known: Known): string {
  const { role, own } = given;
  if (role === 'admin') return t`Sees and drives everything`;
  const drive = role === 'operator' ? given.drive : [];
  // Anybody who may drive a thing sees it, too.
  const see = given.drive.reduce<readonly Grant[]>(withGrant, given.see);
  const seen = listed(see, known);
  const driven = listed(drive, known);
  if (drive.length > 0) return t`Sees ${seen}; drives ${driven}`;
  if (see.length > 0) return t`Sees ${seen}; drives nothing`;
  if (own.length > 0) return t`Sees their own phone only; drives nothing`;
  return t`Sees nobody; drives nothing`;
}

/** Who they are on the map: "Is Ben on the map"; empty when they are nobody there. */
export function ownText(own: readonly Grant[], known: Known): string {
  const who = listed(own, known);
  return own.length === 0 ? '' : t`Is ${who} on the map`;
}
