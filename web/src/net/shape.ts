/**
 * Checking what came over the network against what the server declares (`generated.ts` has a shape
 * for each struct). What is absent gets its declared default; what is of another type counts as
 * absent; fields that nobody declared are left out. An older page can so listen to a newer server.
 */
import { isRecord } from './record';

export type Check =
  | 'text'
  | 'number'
  | 'flag'
  | 'any'
  | { readonly one: readonly (string | number | boolean)[] }
  | { readonly list: Check }
  /** A list in which null stands for what is not known; other lists leave that out. */
  | { readonly gaps: Check }
  | { readonly map: Check }
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- the shape of whatever is inside
  | { readonly of: Shape<any> }
  /** With further fields besides those of the shape, which stay as they came. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- the shape of whatever is inside
  | { readonly open: Shape<any> };

export interface Field {
  readonly is: Check;
  /** What absence means: a value, or null for "unknown". Without it the field is always there. */
  readonly or?: unknown;
}

export type Shape<S> = { readonly [K in keyof S]-?: Field };

type Unknown<S, K extends keyof S> = null extends S[K] ? K : never;

/** A struct as it is read: defaults are filled in, and what is unknown is absent instead of null. */
export type Read<S> = { readonly [K in keyof S as Exclude<K, Unknown<S, K>>]-?: Deep<S[K]> } & {
  readonly [K in keyof S as Unknown<S, K>]?: Deep<Exclude<S[K], null | undefined>>;
};

type Deep<V> = V extends readonly unknown[]
  ? { readonly [N in keyof V]: Deep<V[N]> }
  : V extends object
    ? Read<V>
    : V;

/** Read a struct; undefined when a field that is always there is missing. */
export function read<S>(shape: Shape<S>, raw: unknown): Read<S> | undefined {
  if (!isRecord(raw)) return undefined;
  const found: Record<string, unknown> = {};
  for (const name in shape) {
    const value = valueOf(shape[name], raw[name]);
    if (value === undefined && shape[name].or === undefined) return undefined;
    if (value !== undefined) found[name] = value;
  }
  return found as Read<S>;
}

/**
 * Read a struct whatever it lacks. `otherwise` says what to take for fields that are always there
 * and yet are missing; else they are 0, empty, false.
 */
export function readLoosely<S>(
  shape: Shape<S>,
  raw: Readonly<Record<string, unknown>>,
  otherwise: Partial<Read<S>> = {},
): Read<S> {
  const found: Record<string, unknown> = {};
  for (const name in shape) {
    const field = shape[name];
    let value = valueOf(field, raw[name]);
    if (value === undefined && field.or === undefined) {
      value = (otherwise as Record<string, unknown>)[name] ?? nothing(field.is);
    }
    if (value !== undefined) found[name] = value;
  }
  return found as Read<S>;
}

function valueOf({ is, or }: Field, raw: unknown): unknown {
  const value = checked(is, raw);
  // An unknown text may come empty, too.
  if (value === undefined || (value === '' && or === null)) return or ?? undefined;
  return value;
}

function checked(check: Check, raw: unknown): unknown {
  if (raw === undefined || raw === null) return undefined;
  switch (check) {
    case 'text':
      return typeof raw === 'string' ? raw : undefined;
    case 'number':
      return typeof raw === 'number' && Number.isFinite(raw) ? raw : undefined;
    case 'flag':
      return typeof raw === 'boolean' ? raw : undefined;
    case 'any':
      return raw;
  }
  if ('one' in check) return check.one.find((each) => each === raw);
  if ('of' in check) return read(check.of, raw);
  if ('open' in check) return open(check.open, raw);
  if ('gaps' in check)
    return Array.isArray(raw) ? raw.map((each) => checked(check.gaps, each) ?? null) : undefined;
  if ('list' in check) return Array.isArray(raw) ? listOf(check.list, raw) : undefined;
  return isRecord(raw) ? mapOf(check.map, raw) : undefined;
}

function open<S>(shape: Shape<S>, raw: unknown): unknown {
  const found = read(shape, raw);
  return found && { ...further(shape, raw as Readonly<Record<string, unknown>>), ...found };
}

/** The fields that a shape does not declare. */
function further<S>(
  shape: Shape<S>,
  raw: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  return Object.fromEntries(Object.entries(raw).filter(([name]) => !(name in shape)));
}

function listOf(check: Check, raw: readonly unknown[]): unknown[] {
  return raw.map((each) => checked(check, each)).filter((each) => each !== undefined);
}

function mapOf(check: Check, raw: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  for (const [name, each] of Object.entries(raw)) {
    const value = checked(check, each);
    if (value !== undefined) found[name] = value;
  }
  return found;
}

function nothing(check: Check): unknown {
  switch (check) {
    case 'text':
      return '';
    case 'number':
      return 0;
    case 'flag':
      return false;
    case 'any':
      return undefined;
  }
  if ('one' in check) return check.one[0];
  if ('list' in check || 'gaps' in check) return [];
  return 'map' in check ? {} : undefined;
}
