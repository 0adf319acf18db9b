import { expect, test } from 'vitest';
import { troubleText, wrongOf } from '../../src/things/rules/troubles';

test('what the server is against stands at its part of the sentence', () => {
  const troubles = [
    { code: 'gone_region', words: 'The region is gone.', field: 'condition.region' },
    { code: 'gone_thing', words: '“friend/kim” is gone.', field: 'about.0' },
    { code: 'never', words: 'It is never looked at.', field: 'hours.days' },
    { code: 'missing', words: 'One of these is missing.', field: 'condition' },
  ];
  expect(wrongOf(troubles, { type: 'arrives' }).map(({ slot }) => slot)).toEqual([
    ...['place', 'who', 'when', 'what'],
  ]);
  expect(wrongOf(troubles, { type: 'number' }).at(-1)?.slot).toBe('limit');
  expect(wrongOf(troubles, { type: 'number' })[0]?.words).toBe('The region is gone.');
});

test('a code in the list is said in words, also one of a newer server', () => {
  expect(troubleText('gone_region')).toContain('Choose another place');
  expect(troubleText('moon')).toContain('moon');
});
