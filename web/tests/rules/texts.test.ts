/** Rules as text on the page: where an error is, whose rule it stays, how far back is enough, what holds now. */
import { describe, expect, test } from 'vitest';
import { Drafts } from '../../src/things/rules/drafts';
import { newDraft, wishesOf, withType } from '../../src/things/rules/draft';
import { marginOf } from '../../src/things/rules/margins';
import { sentencesOf } from '../../src/things/rules/sentence';
import { errorText, placeIn, withText, wordEnd } from '../../src/things/rules/texts';
import { holds } from '../../src/things/rules/topicnow';
import type { Condition } from '../../src/things/rules/model';

const names = {
  thing: (key: string) => key.split('/').at(-1) ?? key,
  region: (id: string) => id,
  account: (name: string) => name,
  me: 'jane',
};
const condition = (more: Partial<Condition> & Pick<Condition, 'type'>): Condition => ({
  changed: false,
  ...more,
});

describe('a text with an error', () => {
  test('names line and letter, and what is expected', () => {
    const error = { line: 2, column: 18, at: 40, expected: '“tell”' };
    expect(errorText(error)).toBe('Line 2, letter 18: expected “tell”');
  });

  test('is marked at the place that the server counted in whole characters', () => {
    const text = 'when friend/🦊 sings tell x';
    const at = [...text].indexOf('s');
    expect(text.slice(placeIn(text, { at }))).toBe('sings tell x');
    expect(text.slice(placeIn(text, { at }), wordEnd(text, placeIn(text, { at })))).toBe('sings');
    expect(wordEnd(text, text.length)).toBe(text.length);
  });
});

describe('the rule that is made', () => {
  const visitor = { way: 'account', name: 'jane' } as const;

  test('stays the one that is changed, whatever its text says', () => {
    const edited = { key: 'rule/jane/a', version: 3 };
    const draft = { ...newDraft('jane', ['friend/jane']), edited };
    const wishes = wishesOf(withType(newDraft('jane', ['friend/bob']), 'silent'));
    expect(withText(draft, wishes)).toEqual({ ...wishes, edited });
  });

  test('keeps its last right text while what is typed is none', () => {
    const drafts = new Drafts(visitor);
    const draft = withType(newDraft('jane', ['friend/jane']), 'silent');
    drafts.begin(draft, 'who');
    drafts.asText(true);
    expect(drafts.making).toMatchObject({ open: null, text: { verdict: { is: 'right' } } });
    drafts.typed('when', { is: 'wrong', errors: [] });
    expect(drafts.making?.draft).toBe(draft);
    const other = { ...draft, urgent: true };
    drafts.said('when …, urgent', other);
    expect(drafts.making).toMatchObject({ draft: other, text: { verdict: { is: 'right' } } });
    drafts.open('when');
    expect(drafts.making?.text).toBeUndefined();
    drafts.typed('late', { is: 'right' });
    expect(drafts.making?.text).toBeUndefined();
    drafts.end();
  });
});

describe('how far back it must go', () => {
  test.each([
    [condition({ type: 'battery', below: 20 }), 5],
    [condition({ type: 'near', metres: 1000, other: 'friend/bob/phone' }), 100],
    [condition({ type: 'near', metres: 50, other: 'friend/bob/phone' }), 30],
    [condition({ type: 'speed', above: 10 }), 3],
    [condition({ type: 'speed', above: 130 }), 13],
    [condition({ type: 'latency', above: 500 }), 50],
    [condition({ type: 'fallen' }), 10],
    [condition({ type: 'number', topic: 't', above: 3 }), 0],
  ])('%o is over at what the server takes, too', (of, usual) => {
    expect(marginOf(of)?.usual).toBe(usual);
  });

  test.each([
    condition({ type: 'battery', by: '18:00' }),
    condition({ type: 'number', topic: 't', changed: true }),
    condition({ type: 'arrives', region: 'a' }),
    condition({ type: 'flapping', times: 5, seconds: 60 }),
  ])('%o knows no such thing', (of) => {
    expect(marginOf(of)).toBeUndefined();
  });

  test('no speed is over only when it is none at all', () => {
    const stops = marginOf(condition({ type: 'speed', above: 10 }))?.stops ?? [];
    expect(Math.max(...stops)).toBeLessThan(10);
  });

  test('is a part of the sentence', () => {
    const draft = { ...newDraft('jane', ['friend/jane']) };
    const rule = { ...draft, condition: condition({ type: 'battery', below: 20, margin: 8 }) };
    const pieces = sentencesOf(rule, names).flat();
    expect(pieces.find(({ slot }) => slot === 'margin')?.text).toMatch(/^8\s?%$/u);
  });
});

test('clients themselves are said as who comes and goes', () => {
  const flapping = condition({ type: 'flapping', times: 5, seconds: 600 });
  const text = (about: readonly string[]) =>
    sentencesOf({ ...newDraft('jane', about), condition: flapping }, names)[0]
      ?.map((piece) => piece.text)
      .join('');
  expect(text(['client/main/cellar'])).toMatch(/^When cellar comes and goes/);
  expect(text(['broker/main'])).toMatch(/^When a client of main comes and goes/);
});

test.each([
  [{ above: 20 }, 21, true],
  [{ above: 20 }, 20, false],
  [{ below: 5 }, 4, true],
  [{ above: 1, below: 5 }, 3, true],
  [{ above: 1, below: 5 }, 6, false],
  [{ changed: true }, 3, false],
  [{}, 3, false],
])('a number with the limits %o: at %d it would be told: %s', (limits, value, told) => {
  expect(holds(condition({ type: 'number', topic: 't', ...limits }), value)).toBe(told);
});
