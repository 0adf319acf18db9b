import { describe, expect, test } from 'vitest';
import { DrivenShape, GuardStateShape, LinkShape, ServerShape } from '../src/generated';
import type { Driven, Server } from '../src/generated';
import { read, readLoosely } from '../src/net/shape';

const link = { state: 'lost', since: 5 };

describe('a struct of the contract', () => {
  test('has its declared defaults, and nothing for what is unknown', () => {
    expect(read(LinkShape, link)).toEqual({
      ...link,
      tries: 0,
      address: '',
      protocol: '',
      tls: false,
      mute: false,
    });
  });

  test('is none when a field that is always there is missing or of another type', () => {
    expect(read(LinkShape, { since: 5 })).toBeUndefined();
    expect(read(LinkShape, { state: 'asleep', since: 5 })).toBeUndefined();
    expect(read(LinkShape, { ...link, since: '5' })).toBeUndefined();
    expect(read(LinkShape, 'lost')).toBeUndefined();
    expect(read(LinkShape, null)).toBeUndefined();
  });

  test('counts what is of another type as absent, and leaves out what nobody declared', () => {
    const odd = { ...link, why: 7, next: NaN, tls: 'yes', password: 'x', tries: null };
    expect(read(LinkShape, odd)).toEqual(read(LinkShape, link));
  });

  test('keeps of a list and of a map what it can read', () => {
    const part = { dies: 'hung', seconds: 1, bound: 2 };
    const guard = { presence: 'live', since: 1, stops_within: 2, parts: [part, 7, { dies: 'x' }] };
    expect(read(GuardStateShape, guard)?.parts).toEqual([part]);
    const server = readLoosely<Server>(ServerShape, { refused: { held: 1, odd: 'x' } });
    expect(server.refused).toEqual({ held: 1 });
  });
});

describe('a thing, which is read whatever it lacks', () => {
  test('has what the reader takes for a word that it does not know', () => {
    const lease = readLoosely<Driven>(DrivenShape, { state: 'flying' }, { state: 'parked' });
    expect(lease).toEqual({
      holder: '',
      fence: 0,
      since: 0,
      state: 'parked',
      asks: [],
      loose: false,
    });
  });

  test('has nothing of an inner struct that makes no sense', () => {
    const degraded = (raw: unknown) => readLoosely<Server>(ServerShape, { degraded: raw }).degraded;
    expect(degraded({ reason: 'full', why: 'w', since: 1 })).toMatchObject({ reason: 'full' });
    expect(degraded({ reason: 'full' })).toBeUndefined();
    expect(degraded([])).toBeUndefined();
  });
});
