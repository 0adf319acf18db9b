import { describe, expect, test } from 'vitest';
import { TYPES } from '../../src/things/rules/conditions';
import { missingIn } from '../../src/things/rules/draft';
import type { Condition, Draft } from '../../src/things/rules/model';
import { pieces, plainText, sentencesOf, shortText } from '../../src/things/rules/sentence';
import { names, rule } from './scene';

const said = (draft: Draft) => plainText(draft, names);

test('the whole rule is a sentence', () => {
  const draft: Draft = {
    ...rule('arrives', { region: 'school' }),
    hours: { days: [0, 1, 2, 3, 4], begin: '07:30', end: '09:00', holidays: 'not' },
    tell: [
      { account: 'jane', after: 0 },
      { account: 'bob', after: 0 },
    ],
  };
  expect(said(draft)).toBe(
    'When Jane arrives at School on school days between 07:30 and 09:00, tell me and Bob. Tell it each time.',
  );
  expect(shortText(draft, names)).not.toContain('each time');
});

const SENTENCES: readonly [Condition['type'], Partial<Condition>, string][] = [
  ['leaves', { region: 'home' }, 'When Jane leaves Home at any time, tell me.'],
  [
    'absent',
    { region: 'home', by: '22:00' },
    'When Jane is not at Home by 22:00 at any time, tell me.',
  ],
  ['stays', { region: 'home' }, 'When Jane stays at Home for more than 2 h at any time, tell me.'],
  [
    'near',
    { other: 'friend/bob/phone' },
    'When Jane comes closer than 200 m to Bob at any time, tell me.',
  ],
  ['battery', {}, 'When the battery of Jane falls below 20 % at any time, tell me.'],
  ['silent', {}, 'When Jane is silent for longer than usual at any time, tell me.'],
  ['silent', { seconds: 5400 }, 'When Jane is silent for 1 h 30 min at any time, tell me.'],
  ['speed', {}, 'When Jane goes faster than 120 km/h at any time, tell me.'],
  ['fallen', {}, 'When ProBot 1 has fallen at any time, tell me.'],
  ['alarm', {}, 'When ProBot 1 raises an alarm at any time, tell me.'],
  ['latency', {}, 'When ProBot 1 answers slower than 500 ms for 10 s at any time, tell me.'],
  ['disconnected', {}, 'When the connection to any broker is lost for 1 min at any time, tell me.'],
  [
    'flapping',
    {},
    'When a client of any broker comes and goes 5 times within 10 min at any time, tell me.',
  ],
  [
    'number',
    { topic: 'home/boiler', field: 'temp', above: 80 },
    'When the number home/boiler · temp rises above 80 at any time, tell me.',
  ],
  ['number', { topic: 'x', changed: true }, 'When the number x changes at any time, tell me.'],
];

test.each(SENTENCES)('%s %o', (type, more, expected) => {
  expect(said(rule(type, more))).toBe(`${expected} Tell it each time.`);
});

test('several are either of them', () => {
  const draft = { ...rule('fallen'), about: ['friend/jane', 'friend/bob/phone'] };
  expect(said(draft)).toContain('When Jane or Bob has');
  expect(said({ ...draft, about: ['probot'] })).toContain('When any robot has');
});

test.each([
  [{ holidays: 'also', days: [5, 6] }, 'at weekends'],
  [{ holidays: 'also', days: [0, 1, 2, 3, 4] }, 'on weekdays'],
  [{ holidays: 'also', days: [0, 2] }, 'on Mon and Wed'],
  [{ holidays: 'not', days: [0, 2] }, 'on Mon and Wed (not on public holidays)'],
  [{ holidays: 'only' }, 'on public holidays'],
  [{ holidays: 'not' }, 'on any day but public holidays'],
  [{ holidays: 'also', begin: '22:00', end: '06:00' }, 'between 22:00 and 06:00'],
  [{ holidays: 'also', begin: '22:00' }, 'after 22:00'],
  [{ holidays: 'also', end: '06:00', days: [5, 6] }, 'at weekends before 06:00'],
  [{ holidays: 'also', zone: 'Asia/Tokyo' }, 'at any time (Asia/Tokyo)'],
] as const)('hours %o are "%s"', (hours, expected) => {
  expect(said({ ...rule('fallen'), hours })).toContain(`has fallen ${expected}, tell`);
});

describe('how it is told', () => {
  test('once in a while, again, loudly', () => {
    const draft: Draft = { ...rule('fallen'), every: 3600, again: 600, urgent: true };
    expect(said(draft)).toContain(
      'Tell it at most once in 1 h, again every 10 min until somebody acknowledges it, also in quiet hours.',
    );
    expect(said({ ...draft, urgent: false })).toContain(
      'Tell it at most once in 1 h, and again every 10 min until somebody acknowledges it.',
    );
  });

  test('to others when nobody acknowledges', () => {
    const tell = [
      { account: 'jane', after: 0 },
      { account: 'bob', after: 600 },
    ];
    expect(said({ ...rule('fallen'), tell })).toContain(
      'tell me. If nobody acknowledges it within 10 min, tell Bob, too. Tell it',
    );
    expect(said({ ...rule('fallen'), tell: tell.slice(1) })).toContain('tell nobody at first.');
  });
});

describe('the parts of a sentence', () => {
  test('are controls in the order of the language', () => {
    const [main = []] = sentencesOf(rule('absent', { region: 'home' }), names);
    expect(main.flatMap(({ slot }) => slot ?? [])).toEqual([
      ...['who', 'what', 'place', 'by', 'when', 'whom'],
    ]);
  });

  test('say when something is to be chosen', () => {
    const draft: Draft = { ...rule('arrives'), about: [], tell: [] };
    const [main = []] = sentencesOf(draft, names);
    const open = main.flatMap(({ slot, missing }) => (missing ? [slot] : []));
    expect(open).toEqual(['who', 'place', 'whom']);
    expect([...missingIn(draft)].sort()).toEqual([...open].sort());
  });

  test('hold for every condition: a part that is missing is one that can be chosen', () => {
    for (const type of TYPES) {
      const draft = rule(type);
      const slots = sentencesOf(draft, names)
        .flat()
        .flatMap(({ slot }) => slot ?? []);
      expect(slots).toContain('what');
      for (const slot of missingIn(draft)) expect(slots).toContain(slot);
    }
  });

  test('cannot be forged by a name', () => {
    const forged = { ...names, thing: () => '\uE000whom\uE001nobody\uE002' };
    const [main = []] = sentencesOf(rule('fallen'), forged);
    expect(main.filter(({ slot }) => slot === 'whom')).toHaveLength(1);
    expect(main.find(({ slot }) => slot === 'who')?.text).toBe('whomnobody');
  });

  test('stand where another language puts them', () => {
    expect(pieces('Sag \uE000whom\uE001mir\uE002, wenn <0>umgefallen</0>.')).toEqual([
      { text: 'Sag ' },
      { slot: 'whom', text: 'mir' },
      { text: ', wenn ' },
      { slot: 'what', text: 'umgefallen' },
      { text: '.' },
    ]);
  });
});
