/** What things, regions and accounts are called on this page, as hooks. */
import { useKind, useLive, useWho } from '../../app/context';
import { useCaller } from '../../app/people';
import { keyOf, splitKey } from '../../app/world';
import { useRoster } from '../context';
import { readRegion } from '../regions/read';
import type { Names } from './phrases';
import { nameIn } from './subjects';
import type { Known } from './subjects';

/** Everything that a rule can look at, by its key. */
export function useKnown(): Known {
  const { entries } = useRoster();
  const brokers = useKind('broker');
  const known = new Map<string, { readonly name: string; readonly qualifier?: string }>(entries);
  for (const { id } of brokers) known.set(keyOf('broker', id), { name: id });
  return known;
}

export function useRuleNames(): Names {
  const { world } = useLive();
  const { visitor } = useWho();
  const known = useKnown();
  const called = useCaller();
  useKind('region');
  return {
    thing: (word) => nameIn(known, word),
    region: (id) => {
      const thing = world.get(keyOf('region', id));
      return thing
        ? readRegion(thing).name
        : (splitKey(keyOf('region', id))[1].split('/').at(-1) ?? id);
    },
    account: called,
    me: visitor.name,
  };
}
