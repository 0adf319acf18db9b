/** Reading the fields of a thing, which may be absent or of another type than promised. */
import type { Presence, Thing } from '../net/protocol';

/** Reading fields of a thing that may be absent or of another type than promised. */
export const field = {
  number(thing: Thing, name: string): number | undefined {
    const value = thing[name];
    return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
  },
  text(thing: Thing, name: string): string | undefined {
    const value = thing[name];
    return typeof value === 'string' && value !== '' ? value : undefined;
  },
  texts(thing: Thing, name: string): readonly string[] {
    const value = thing[name];
    return Array.isArray(value)
      ? value.filter((each): each is string => typeof each === 'string')
      : [];
  },
  presence(thing: Thing): Presence {
    const value = thing['presence'];
    return value === 'stale' || value === 'offline' ? value : 'live';
  },
};

type NameIn<S> = Extract<keyof S, string>;

/** The same for one state, whose fields go by the names that the server declares. */
export function fieldsOf<S>(): {
  readonly number: (thing: Thing, name: NameIn<S>) => number | undefined;
  readonly text: (thing: Thing, name: NameIn<S>) => string | undefined;
  readonly texts: (thing: Thing, name: NameIn<S>) => readonly string[];
} {
  return field;
}

/** Drop the fields that are undefined, so that absence is absence. */
export function present<T extends object>(
  fields: T,
): {
  [K in keyof T as undefined extends T[K] ? never : K]: T[K];
} & { [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined> } {
  const kept: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields)) {
    if (value !== undefined) kept[name] = value;
  }
  return kept as ReturnType<typeof present<T>>;
}
