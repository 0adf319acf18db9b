/** Whom an account may be given: rows to tick, and what was given in words. */
import { describe, expect, test } from 'vitest';
import {
  grantName,
  ownText,
  rightsText,
  singleChoices,
  tickOf,
  ticked,
  typedGrant,
  wholeChoices,
} from '../src/accounts/choices';
import type { Known } from '../src/accounts/choices';

const KNOWN: Known = new Map([
  ['friend/anna/phone', { name: 'Anna' }],
  ['friend/ben/phone', { name: 'Ben', qualifier: 'phone' }],
  ['friend/ben/watch', { name: 'Ben', qualifier: 'watch' }],
  ['probot/R2', { name: 'R2' }],
]);
const NONE = { see: [], drive: [], own: [] };

describe('rows to tick', () => {
  test('are one for each person, with the devices of who has several', () => {
    const rows = singleChoices('see', KNOWN, []);
    expect(rows.map(({ grant, name, key }) => [grant, name, key])).toEqual([
      ['friend/anna', 'Anna', 'friend/anna/phone'],
      ['friend/ben', 'Ben', 'friend/ben/phone'],
      ['probot/R2', 'R2', 'probot/R2'],
    ]);
    expect(rows[1]?.inner.map(({ grant, name }) => [grant, name])).toEqual([
      ['friend/ben/phone', 'phone'],
      ['friend/ben/watch', 'watch'],
    ]);
  });

  test('are of those that can be driven or owned only', () => {
    expect(singleChoices('drive', KNOWN, []).map(({ grant }) => grant)).toEqual(['probot/R2']);
    expect(singleChoices('own', KNOWN, []).map(({ name }) => name)).toEqual(['Anna', 'Ben']);
    expect(wholeChoices('own', [])).toEqual([]);
    expect(wholeChoices('drive', []).map(({ grant }) => grant)).toEqual(['probot']);
    expect(wholeChoices('see', []).map(({ grant }) => grant)).toEqual([
      '*',
      'friend',
      'probot',
      'region',
    ]);
  });

  test('are there for what was given and is not on the map, so that it can be taken back', () => {
    const rows = singleChoices('see', KNOWN, ['friend/zoe', 'friend/anna/phone', 'friend']);
    expect(rows.filter(({ missing }) => missing).map(({ grant }) => grant)).toEqual(['friend/zoe']);
  });

  test.each([
    [[], 'no'],
    [['friend/anna'], 'yes'],
    [['friend/anna/phone'], 'yes'],
    [['friend'], 'wider'],
    [['*'], 'wider'],
    [['friend/annabel'], 'no'],
  ])('%j: the only device of Anna is ticked: %s', (grants, is) => {
    const [anna] = singleChoices('see', KNOWN, []);
    expect(anna && tickOf(anna, grants)).toBe(is);
  });

  test.each([
    [['friend/ben'], ['yes', 'wider', 'wider']],
    [['friend/ben/watch'], ['no', 'no', 'yes']],
    [['friend'], ['wider', 'wider', 'wider']],
  ])('%j of Ben, his phone and his watch: %j', (grants, are) => {
    const ben = singleChoices('see', KNOWN, [])[1];
    expect(ben && [ben, ...ben.inner].map((each) => tickOf(each, grants))).toEqual(are);
  });

  test('give and take back, with what lies within', () => {
    const ben = singleChoices('see', KNOWN, [])[1];
    if (!ben) throw new Error('no Ben');
    expect(ticked(['friend/ben/watch', 'probot'], ben, true)).toEqual(['friend/ben', 'probot']);
    expect(ticked(['friend/ben/watch', 'friend/ben', 'probot'], ben, false)).toEqual(['probot']);
  });

  test('can be made of a name', () => {
    expect(typedGrant('see', ' jane ')).toBe('friend/jane');
    expect(typedGrant('drive', 'R3')).toBe('probot/R3');
    expect(typedGrant('see', 'friend/jane/phone')).toBe('friend/jane/phone');
    expect(typedGrant('see', 'region')).toBe('region');
  });
});

describe('in words', () => {
  test.each([
    ['*', 'everything'],
    ['friend', 'all friends'],
    ['friend/anna', 'Anna'],
    ['friend/anna/phone', 'Anna'],
    ['friend/zoe', 'zoe'],
    ['probot/R2', 'R2'],
    ['probot/R9', 'R9'],
  ])('%s is %s', (grant, name) => {
    expect(grantName(grant, KNOWN)).toBe(name);
  });

  test.each([
    [{ role: 'viewer', ...NONE }, 'Sees nobody; drives nothing'],
    [{ role: 'admin', ...NONE }, 'Sees and drives everything'],
    [
      { role: 'viewer', ...NONE, see: ['friend/anna', 'friend/ben'] },
      'Sees Anna and Ben; drives nothing',
    ],
    // A viewer drives nothing, whatever was given: but sees it.
    [{ role: 'viewer', ...NONE, drive: ['probot/R2'] }, 'Sees R2; drives nothing'],
    [
      { role: 'operator', ...NONE, see: ['friend'], drive: ['probot/R2'] },
      'Sees all friends and R2; drives R2',
    ],
    [{ role: 'operator', ...NONE, see: ['*'], drive: ['*'] }, 'Sees everything; drives everything'],
    [{ role: 'viewer', ...NONE, own: ['friend/ben'] }, 'Sees their own phone only; drives nothing'],
    [
      {
        role: 'viewer',
        ...NONE,
        see: ['friend/a', 'friend/b', 'friend/c', 'friend/d', 'friend/e'],
      },
      'Sees a, b, c and 2 more; drives nothing',
    ],
  ] as const)('%j: %s', (given, text) => {
    expect(rightsText(given, KNOWN)).toBe(text);
  });

  test('who they are on the map', () => {
    expect(ownText([], KNOWN)).toBe('');
    expect(ownText(['friend/ben'], KNOWN)).toBe('Is Ben on the map');
  });
});
