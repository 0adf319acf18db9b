import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Denied } from '../../src/net/api';
import { adviceOf, quietText } from '../../src/things/rules/advice';
import { withCondition } from '../../src/things/rules/draft';
import type { Wishes } from '../../src/things/rules/model';
import { stripOf } from '../../src/things/rules/strip';
import type { Trial } from '../../src/things/rules/model';
import { REST, Trials } from '../../src/things/rules/trials';
import { customs } from '../../src/ui/customs';
import { rule } from './scene';

const DAY = 86_400;
const TO = Date.UTC(2026, 10, 30, 12) / 1000;
const before = customs.value;

function trial(count: number, more: Partial<Trial> = {}): Trial {
  const would = Array.from({ length: Math.min(count, 50) }, (_, n) => ({
    at: TO - n * 3600,
    thing: 'friend/jane/phone',
  }));
  const about = { would, count, looked_at: 5000, from: TO - 30 * DAY, to: TO };
  return { ...about, quiet: 0, trouble: [], ...more };
}

beforeEach(() => {
  customs.value = { ...before, zone: 'Europe/Berlin' };
});

afterEach(() => {
  customs.value = before;
});

describe('advice', () => {
  test('says how often it would have told', () => {
    const advice = adviceOf(trial(14), rule('battery'));
    expect(advice).toEqual({
      is: 'fine',
      text: 'In the last 30 days this would have told you 14 times.',
    });
    expect(adviceOf(trial(1), rule('battery')).text).toContain('told you once.');
  });

  test('says never, and what could be changed', () => {
    const advice = adviceOf(trial(0), rule('stays'));
    expect(advice.is).toBe('never');
    expect(advice.text).toBe('In the last 30 days this would never have told you.');
    expect(advice.tip).toBe('Try a shorter time.');
    expect(adviceOf(trial(0), rule('fallen')).tip).toContain('just right');
  });

  test('says never because of its hours', () => {
    expect(adviceOf(trial(0, { quiet: 3 }), rule('stays')).tip).toContain('3 times, outside');
  });

  test('says too often, and how many a day', () => {
    const advice = adviceOf(trial(400), rule('stays'));
    expect(advice.is).toBe('often');
    expect(advice.tip).toBe('Too often: 13 a day. Try a longer time.');
    expect(adviceOf(trial(400), rule('arrives')).tip).toContain('at most once in an hour');
    expect(adviceOf(trial(150), rule('stays')).is).toBe('fine');
    expect(adviceOf(trial(151), rule('stays')).is).toBe('often');
  });

  test('does not say never when nothing is known', () => {
    expect(adviceOf(trial(0, { looked_at: 0 }), rule('stays')).is).toBe('nothing');
  });

  test('does not say never of what the server is against', () => {
    const trouble = [{ code: 'gone_region', words: 'The region is gone.' }];
    expect(adviceOf(trial(0, { looked_at: 0, trouble }), rule('stays')).is).toBe('wrong');
  });

  test('says what the hours left out', () => {
    expect(quietText(trial(2, { quiet: 1 }))).toContain('once more');
    expect(quietText(trial(2))).toBe('');
  });
});

describe('the strip', () => {
  test('has the days of the shown zone, each with its own', () => {
    const strip = stripOf(trial(30));
    expect(strip).toHaveLength(31);
    expect(strip.reduce((sum, { would }) => sum + would.length, 0)).toBe(30);
    expect(strip.at(-1)?.would).toHaveLength(14); // midnight to 13:00 in Berlin
    expect(strip.at(-1)?.share).toBe(14 / 16);
    expect(strip.filter(({ isWeekend }) => isWeekend)).toHaveLength(10);
  });

  test('has whole days over a change of the clocks', () => {
    const to = Date.UTC(2026, 9, 27) / 1000;
    const strip = stripOf({ from: to - 4 * DAY, to, would: [] });
    expect(strip.map(({ start, end }) => (end - start) / 3600)).toEqual([24, 24, 25, 24, 24]);
  });

  test('is not full for a single time', () => {
    expect(stripOf(trial(1)).at(-1)?.share).toBe(0.25);
  });
});

describe('trying a rule while it is changed', () => {
  let asked: {
    rule: Wishes;
    gone: AbortSignal;
    answer: (found: Trial) => void;
    fail: (why: Error) => void;
  }[];
  let trials: Trials;

  beforeEach(() => {
    vi.useFakeTimers();
    asked = [];
    trials = new Trials(
      (wishes, gone) =>
        new Promise((answer, fail) => {
          asked.push({ rule: wishes, gone, answer, fail });
        }),
    );
  });

  afterEach(() => {
    trials.end();
    vi.useRealTimers();
  });

  const settle = () => vi.advanceTimersByTimeAsync(REST);
  const below = (limit: number) => withCondition(rule('battery'), { below: limit });

  test('asks once a slider rests', async () => {
    for (const limit of [10, 15, 20, 25]) {
      trials.about(below(limit));
      await vi.advanceTimersByTimeAsync(REST / 2);
    }
    expect(asked).toHaveLength(0);
    await settle();
    expect(asked.map((each) => each.rule.condition.below)).toEqual([25]);
  });

  test('an older answer never overtakes a newer one', async () => {
    trials.about(below(10));
    await settle();
    trials.about(below(30));
    await settle();
    expect(asked[0]?.gone.aborted).toBe(true);
    asked[1]?.answer(trial(3));
    await settle();
    asked[0]?.answer(trial(400));
    await settle();
    expect(trials.state.value).toMatchObject({ is: 'known', trial: { count: 3 } });
    expect(trials.state.value.of?.condition.below).toBe(30);
  });

  test('keeps the last answer as a stale one meanwhile', async () => {
    trials.about(below(10));
    await settle();
    asked[0]?.answer(trial(3));
    await settle();
    trials.about(below(15));
    expect(trials.state.value).toMatchObject({ is: 'waiting', trial: { count: 3 } });
    expect(trials.state.value.of?.condition.below).toBe(10);
  });

  test('asks nothing while something is to be chosen, nor for another name', async () => {
    trials.about(rule('arrives'));
    await settle();
    expect(trials.state.value.is).toBe('missing');
    trials.about(below(10));
    await settle();
    trials.about({ ...below(10), name: 'Low', enabled: false });
    await settle();
    expect(asked).toHaveLength(1);
  });

  test('says why there is no answer, and asks again when told to', async () => {
    trials.about(below(10));
    await settle();
    asked[0]?.fail(new Denied('busy', 'the server is busy'));
    await settle();
    expect(trials.state.value).toMatchObject({ is: 'failed', failure: { code: 'busy' } });
    trials.again(below(10));
    await settle();
    expect(asked).toHaveLength(2);
  });

  test('tries again by itself when it was asked too fast', async () => {
    trials.about(below(10));
    await settle();
    asked[0]?.fail(new Denied('wait', 'Too many at once.', 1));
    await settle();
    expect(trials.state.value.is).toBe('waiting');
    await vi.advanceTimersByTimeAsync(1000);
    expect(asked).toHaveLength(2);
  });

  test('tells nobody who has gone', async () => {
    trials.about(below(10));
    await settle();
    trials.end();
    asked[0]?.answer(trial(3));
    await settle();
    expect(trials.state.value.is).toBe('waiting');
  });
});
