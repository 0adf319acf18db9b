/** Whom one may call: the numbers of those whose things one sees, asked for when an alert is shown. */
import { signal } from '@preact/signals';
import type { Signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { useServer, useWho } from '../../app/context';
import { covers } from '../../app/visitor';
import type { Key } from '../../app/world';
import type { Api, Reply } from '../../net/api';

export type Telephone = Reply<'GET /telephones'>['telephones'][number];

/** Milliseconds for which an answer is good: a number is seldom changed, and may be taken away. */
const GOOD_FOR = 300_000;

interface Asked {
  readonly found: Signal<readonly Telephone[]>;
  at: number;
}

const known = new WeakMap<Api, Map<string, Asked>>();

/** The first number for this thing; undefined where there is none, or it is not for this visitor. */
export function useTelephone(thing: Key): Telephone | undefined {
  const { api } = useServer();
  const { visitor } = useWho();
  const asked = askedFor(api, visitor.name);
  // Who came by a link or a token is told of no number.
  const may = visitor.way === 'account' && thing.startsWith('friend/');
  useEffect(() => {
    if (may) refresh(api, asked);
  }, [api, asked, may]);
  return may ? telephoneFor(asked.found.value, thing) : undefined;
}

export function telephoneFor(all: readonly Telephone[], thing: Key): Telephone | undefined {
  return all.find(({ things }) => covers(things, thing));
}

function askedFor(api: Api, name: string): Asked {
  const ofApi = known.get(api) ?? new Map<string, Asked>();
  known.set(api, ofApi);
  const found = ofApi.get(name) ?? { found: signal([]), at: -Infinity };
  ofApi.set(name, found);
  return found;
}

function refresh(api: Api, asked: Asked): void {
  const now = performance.now();
  if (now - asked.at < GOOD_FOR) return;
  asked.at = now;
  api.get('telephones').then(
    ({ telephones }) => {
      asked.found.value = telephones;
    },
    () => {
      // Without an answer nobody can be called; the next alert asks again.
      asked.at = -Infinity;
    },
  );
}

/** As it is dialled: without spaces. */
export function telephoneAddress({ telephone }: Pick<Telephone, 'telephone'>): string {
  return `tel:${telephone.replace(/\s/g, '')}`;
}
