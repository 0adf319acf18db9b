/** Frames of driving: none moves without a hand, and all are those that the server knows. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { NOTHING } from '../../src/things/probots/drive/intent';
import type { Source, Wish } from '../../src/things/probots/drive/intent';
import { termsOf } from '../../src/things/probots/drive/read';
import { parseFrame } from '../../src/net/protocol';
import type { Answer } from '../../src/net/protocol';
import { granted } from '../../src/net/requests';
import { Chance, SEEDS } from './chance';
import { moving, Scene } from './scene';

let scene: Scene;
beforeEach(() => {
  scene = new Scene();
});

test.each(SEEDS)('never a frame with motion that no hand stands for (%i)', async (seed) => {
  const chance = new Chance(seed);
  const driver = await scene.holds();
  const wishes = new Map<Source, Wish>();
  /** Whether everything was at rest since the last end of all wishes. */
  let allowed = true;
  let connected = true;
  const resting = () => [...wishes.values()].every(({ x, y }) => x === 0 && y === 0);
  const steps: (() => void)[] = [
    ...Array.from({ length: 4 }, () => () => {
      const source = chance.from<Source>(['pad', 'keys', 'sliders', 'gamepad']);
      const wish = chance.next() < 0.5 ? NOTHING : { x: chance.next() - 0.5, y: chance.next() };
      wishes.set(source, wish);
      if (scene.visible && resting()) allowed = true;
      driver.wish(source, wish);
    }),
    () => {
      for (const source of wishes.keys()) {
        wishes.set(source, NOTHING);
        if (resting()) allowed = true;
        driver.wish(source, NOTHING);
      }
    },
    () => {
      allowed = resting();
      driver.hands('blur');
    },
    () => {
      scene.visible = false;
      allowed = resting();
      driver.hands('hidden');
    },
    () => {
      scene.visible = true;
      if (resting()) allowed = true;
    },
    () => {
      allowed = resting();
      driver.stopped();
    },
    () => {
      scene.pass(chance.below(400));
    },
    () => {
      driver.release();
      connected = false;
    },
  ];
  for (let round = 0; round < 150 && connected; round++) {
    scene.take();
    steps[chance.below(steps.length - (round < 100 ? 1 : 0))]?.();
    for (const frame of scene.frames.filter(moving)) {
      expect(scene.visible).toBe(true);
      expect(allowed).toBe(true);
      expect(resting()).toBe(false);
      expect(frame['lease']).toBe(7);
    }
  }
  driver.release();
  scene.take();
  scene.pass(2000);
  expect(scene.sent).toEqual([]);
});

describe('the golden frames of driving', () => {
  const golden = (name: string) => {
    const text = readFileSync(
      join(import.meta.dirname, `../../../tests/wire/${name}.json`),
      'utf8',
    );
    return (JSON.parse(text) as { frame: Record<string, unknown> }).frame;
  };
  const fields = (name: string) => {
    const frame = golden(name);
    const names = Object.keys(frame).filter((field) => field !== 'id' && field !== 'do');
    return { request: frame['do'], names: names.sort() };
  };
  const said = (request: string) => {
    const one = scene.sent.findLast((each) => each.request === request);
    return { request: one?.request, names: Object.keys(one?.fields ?? {}).sort() };
  };

  test('are what the page sends', async () => {
    const driver = await scene.moves();
    driver.wish('pad', { x: 0.3, y: 0.7 });
    scene.pass(60);
    expect(said('drive')).toEqual(fields('drive-request-drive'));
    driver.reply('bob', false);
    expect(said('reply')).toEqual(fields('drive-request-reply'));
    driver.hands('hidden');
    expect(said('halt')).toEqual(fields('drive-request-halt'));
    await driver.get('ProBot1', 'take');
    expect(said('take')).toEqual(fields('drive-request-take'));
  });

  test('are understood', async () => {
    const parse = (name: string) => parseFrame(JSON.stringify(golden(name))) as Answer;
    const terms = termsOf(granted('take', parse('drive-answer-take')));
    expect(terms).toMatchObject({ fence: 7, stops_within: 0.6 });
    const driver = await scene.moves();
    scene.pass(50);
    const answered = (name: string) => {
      driver.heard({ ...parse(name), id: scene.last?.id ?? 0 });
    };
    answered('drive-answer-go');
    expect(driver.flight.value).toMatchObject({ sent: '0.57 0.00 0.00 0.26', trip: 2.1 });
    scene.pass(50);
    answered('drive-answer-parked');
    expect(driver.notice.value?.text).toContain('nothing heard of ProBot1');
  });
});
