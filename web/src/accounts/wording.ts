/** Accounts, grants, links and the audit log in words. Pure. */
import { atWall, wallOf } from '../ui/zone';
import { t } from '@lingui/core/macro';
import type {
  AuditShown,
  DeviceShown,
  LinkShown,
  MergePreview,
  SessionShown,
  TokenShown,
  UserShown,
} from '../generated';
import type { Read } from '../net/shape';
import { KINDS } from '../things';
import { plain } from '../things/names';
import type { Right } from '../things/kind';
import type { Grant, Role } from '../app/visitor';

export type Account = Read<UserShown>;
export type Session = Read<SessionShown>;
export type Token = Read<TokenShown>;
export type Link = Read<LinkShown>;
/** A device by its canonical name, with its further ones. */
export type Device = Read<DeviceShown>;
/** What a merge would do. */
export type Preview = Read<MergePreview>;

/** One line of the audit log. */
export type AuditRecord = Read<AuditShown>;

export function roleWords(role: Role): string {
  if (role === 'admin') return t`Sees and does everything`;
  return role === 'operator' ? t`Sees and drives what it is given` : t`Sees what it is given`;
}

export function scopeWords(): readonly (readonly [scope: string, words: string])[] {
  return [
    ['see', t`Watch what this account sees`],
    ['drive', t`Drive robots this account drives`],
    ['publish', t`Post a phone’s positions (HTTP mode)`],
    ['metrics', t`Read the server’s figures (/metrics)`],
  ];
}

/** Why a name stands for a device. */
export function howText(how: string): string {
  if (how === 'merge') return t`Merged`;
  return how === 'rename' ? t`Its name until it was renamed` : t`Seen as another spelling`;
}

/** What a merge would do, line by line. */
export function mergeText({ device, into, newer, gains, links }: Preview): string[] {
  const seers = gains.join(', ');
  const shared = links.join(', ');
  return [
    t`${device} goes from the map; ${into} stays, and has the pasts of both.`,
    t`The newer position is that of ${newer}.`,
    ...(gains.length > 0 ? [t`These see one of the two now, and would see both: ${seers}.`] : []),
    ...(links.length > 0 ? [t`These shared links would show what either sends: ${shared}.`] : []),
    t`Nothing stored is moved: you can split ${device} and ${into} again, and each has its past of before. What comes meanwhile stays with ${into}.`,
  ];
}

/** A grant for people. `nameOf` knows the names of things by their keys. */
export function grantText(
  grant: Grant,
  nameOf: (key: string) => string | undefined = () => undefined,
): string {
  if (grant === '*') return t`Everything`;
  const [kind = '', ...rest] = grant.split('/');
  const granted = KINDS.get(kind)?.granted;
  if (rest.length === 0) return granted?.label() ?? t`Everything of the kind “${kind}”`;
  if (granted?.owned === true && rest.length === 1) {
    const [who = ''] = rest;
    return t`${who}, all devices`;
  }
  const name = nameOf(grant);
  const id = rest.join('/');
  return name === undefined || plain(name) === plain(id) ? id : `${name} (${id})`;
}

/** What could be given, given the keys of the things there are: kinds, people, single things. */
export function grantChoices(right: Right, keys: Iterable<string>): readonly Grant[] {
  const kinds = [...KINDS.values()].flatMap(({ name, granted }) =>
    granted?.rights.includes(right) === true ? [name] : [],
  );
  const found = new Set<Grant>(right === 'own' ? [] : right === 'drive' ? kinds : ['*', ...kinds]);
  for (const key of [...keys].sort()) {
    const [kind = '', first = '', second] = key.split('/');
    if (!kinds.includes(kind)) continue;
    if (second !== undefined) found.add(`${kind}/${first}`);
    found.add(key);
  }
  return [...found];
}

/** Add a grant; those it contains are no longer needed. */
export function withGrant(grants: readonly Grant[], more: Grant): readonly Grant[] {
  const contains = (wide: Grant, narrow: Grant) => wide === '*' || narrow.startsWith(`${wide}/`);
  if (grants.some((each) => each === more || contains(each, more))) return grants;
  return [...grants.filter((each) => !contains(more, each)), more].sort();
}

/** Without letters and digits that look alike. */
const LETTERS = 'abcdefghjkmnpqrstuvwxyz23456789';

/** A password nobody guesses (79 bits), from so many random bytes. */
export function passwordFrom(random: Uint8Array): string {
  const letters = [...random]
    // Only the bytes that give every letter the same chance.
    .filter((byte) => byte < 256 - (256 % LETTERS.length))
    .slice(0, 16)
    .map((byte) => LETTERS[byte % LETTERS.length] ?? '');
  if (letters.length < 16) throw new RangeError('too few random bytes');
  return [0, 4, 8, 12].map((at) => letters.slice(at, at + 4).join('')).join('-');
}

export function newPassword(): string {
  return passwordFrom(crypto.getRandomValues(new Uint8Array(64)));
}

/** The end of a link, by what was chosen: so many hours, or tonight, from `start` (epoch s). */
export function endOf(choice: string, start: number): number | undefined {
  if (choice === 'tonight') {
    return atWall({ ...wallOf(start), hour: 23, minute: 59, second: 0 });
  }
  const hours = Number(choice);
  return choice !== '' && Number.isFinite(hours) && hours > 0 ? start + hours * 3600 : undefined;
}

export { fromInput, shortTimeText as whenText, toInput } from '../ui/times';
