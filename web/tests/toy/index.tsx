/** A kind as anybody might add one: a folder with one entry, and a line in the list of kinds. */
import type { Thing } from '../../src/net/protocol';
import { keyOf } from '../../src/app/world';
import type { Entry } from '../../src/things/entry';
import { field, present } from '../../src/things/fields';
import type { Kind } from '../../src/things/kind';
import { initialsOf, orderOf, plain } from '../../src/things/names';

interface Kite {
  readonly name: string;
  /** Metres of line. */
  readonly line?: number;
}

function readKite(thing: Thing): Kite {
  return {
    name: field.text(thing, 'name') ?? thing.id,
    ...present({ line: field.number(thing, 'line') }),
  };
}

function summariseKite(thing: Thing): Entry {
  const { name, line } = readKite(thing);
  return {
    key: keyOf('kite', thing.id),
    group: 'kites',
    name,
    qualifier: '',
    initials: initialsOf(name),
    colour: 'c3',
    presence: field.presence(thing),
    charging: false,
    place: '',
    note: line === undefined ? '' : `${String(line)} m of line`,
    search: plain(`${name} kite`),
    order: orderOf(name),
  };
}

export const kite: Kind = {
  name: 'kite',
  read: readKite,
  listed: { group: { id: 'kites', title: 'Kites' }, summarise: summariseKite },
  details: {
    Headline: () => <p>flies</p>,
    Panel: ({ thing }) => <p>Line: {readKite(thing).line} m</p>,
  },
  marker: {
    received: (thing) => field.number(thing, 'at') ?? 0,
    mark: (thing, entry, { colour, glideMs, fresh, ageText }) => ({
      id: entry.key,
      lng: field.number(thing, 'lon') ?? 0,
      lat: field.number(thing, 'lat') ?? 0,
      kind: 'other',
      label: entry.name,
      initials: entry.initials,
      colour,
      moving: false,
      presence: fresh.presence,
      glideMs,
      ageText,
    }),
    spot: () => null,
  },
  granted: { label: () => 'All kites', within: () => 'all kites', rights: ['see'] },
};
