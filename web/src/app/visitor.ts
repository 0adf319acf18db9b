/**
 * Who is looking at this page, and what may therefore be shown to them. The server decides again at
 * every request; what is asked here only keeps the page from offering what would be refused.
 */
import type { Section } from './address';
import type { Person, Rights as RightsState } from '../generated';
import type { Read } from '../net/shape';

export type Role = Person['role'];
export const ROLES: readonly Role[] = ['viewer', 'operator', 'admin'];

/**
 * Words for what was given: `*` everything, `friend` a kind, `friend/jane` all of jane's devices,
 * `friend/jane/phone` one thing.
 */
export type Grant = string;

/** `looks_only`: sees and does nothing else, as a visitor by a shared link. */
export type Rights = Read<RightsState>;

/** `way`: signed in, by a shared link, or as everybody who reaches this server. */
export type Visitor = Omit<Read<Person>, 'scopes'>;

/** Somebody as the server tells of them, without what only programs need to know. */
export function visitorOf({ scopes: _, ...visitor }: Read<Person>): Visitor {
  return visitor;
}

/** Whether these grants hold for the thing with this key (`friend/jane/phone`). */
export function covers(grants: readonly Grant[], key: string): boolean {
  const [kind = ''] = key.split('/', 1);
  const group = key.slice(0, Math.max(0, key.lastIndexOf('/')));
  return grants.some(
    (grant) =>
      grant === '*' ||
      grant === kind ||
      grant === key ||
      // A group is one person's devices, and nothing deeper.
      (grant === group && group.split('/').length === 2),
  );
}

export function mayDrive({ rights }: Visitor, key: string): boolean {
  return !rights.looks_only && covers(rights.drive, key);
}

/** Whether they may make a link that shows this thing to others. */
export function mayShare(visitor: Visitor, key: string): boolean {
  return ownsAccount(visitor) && (visitor.rights.admin || covers(visitor.rights.own, key));
}

/** Whether they may make regions that everybody sees. */
export function mayShareRegions({ role, rights }: Visitor): boolean {
  const sees = rights.see.some((grant) => grant === '*' || grant === 'region');
  return !rights.looks_only && (rights.admin || (role === 'operator' && sees));
}

/** Whether they may have regions of their own. */
export function mayKeepRegions(visitor: Visitor): boolean {
  return ownsAccount(visitor);
}

/** Whether they may change or remove a region with this owner (none when it is shared). */
export function mayEditRegion(visitor: Visitor, owner: string | undefined): boolean {
  if (visitor.rights.looks_only) return false;
  if (visitor.rights.admin) return true;
  return owner === undefined ? mayShareRegions(visitor) : owner === visitor.name;
}

/** Whether they may ask a friend's phone to do something. */
export function mayAskPhone({ rights }: Visitor, key: string): boolean {
  return !rights.looks_only && (rights.admin || covers(rights.own, key));
}

/** Whether there is an account of theirs to look after. */
export function ownsAccount({ way, rights }: Visitor): boolean {
  return way === 'account' && !rights.looks_only;
}

/** The name of their account; null for a visitor who has none. */
export function accountOf(visitor: Visitor): string | null {
  return ownsAccount(visitor) ? visitor.name : null;
}

export function isAdmin(visitor: Visitor): boolean {
  return ownsAccount(visitor) && visitor.rights.admin;
}

/** The sections that have something to show to this visitor. */
export function sectionsFor(visitor: Visitor): readonly Section[] {
  const { role, rights } = visitor;
  const robots = rights.see.some((grant) => grant === '*' || /^probot(\/|$)/.test(grant));
  return [
    'map',
    ...(ownsAccount(visitor) || rights.admin ? (['alerts'] as const) : []),
    ...(ownsAccount(visitor) ? (['rules'] as const) : []),
    ...(robots ? (['robots'] as const) : []),
    ...(rights.looks_only ? [] : (['broker'] as const)),
    ...(rights.looks_only || role === 'viewer' ? [] : (['console'] as const)),
    ...(isAdmin(visitor) ? (['admin'] as const) : []),
    ...(ownsAccount(visitor) ? (['account'] as const) : []),
    'settings',
  ];
}

/** Somebody who may everything: for tests, and for pages made before anybody was asked for. */
export const EVERYBODY: Visitor = {
  name: 'guest',
  role: 'admin',
  way: 'guest',
  rights: { see: ['*'], drive: ['*'], own: [], admin: true, looks_only: false },
};
