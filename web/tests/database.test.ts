/** What the broker page says of the database that servers share. */
import { expect, test } from 'vitest';
import { databaseText } from '../src/pages/broker/database';

const WHERE = { where: 'PostgreSQL', open: 1, lent: 0, waiting: 0, standbys: 0 };

test('a database that answers says how fast, and what follows it', () => {
  expect(databaseText({ ...WHERE, answer: 0.4 })).toBe('It answers in 1 ms.');
  expect(databaseText({ ...WHERE, answer: 12.3, standbys: 1 })).toBe(
    'It answers in 12 ms. 1 copy follows it.',
  );
  expect(databaseText({ ...WHERE, answer: 12.3, standbys: 2, lag: 0.2 })).toBe(
    'It answers in 12 ms. 2 copies follow it.',
  );
  expect(databaseText({ ...WHERE, answer: 3, standbys: 2, lag: 31.2 })).toBe(
    'It answers in 3 ms. Its copy is 31 s behind.',
  );
});

test('a database that gives no answer is not said to be slow', () => {
  expect(databaseText({ ...WHERE, why: 'no answer in time' })).toBe(
    'It does not answer. People who are in stay in.',
  );
});
