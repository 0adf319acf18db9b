import { describe, expect, test } from 'vitest';
import type { News, Thing } from '../src/net/protocol';
import { Shown, splitKey, World } from '../src/app/world';

function news(seq: number, things: Thing[], marks: Partial<News> = {}): News {
  return { t: 'news', seq, things, whole: false, more: false, missed: {}, ...marks };
}

function friend(id: string, s: number, more: Record<string, unknown> = {}): Thing {
  return { k: 'friend', id, s, ...more };
}

/** A world that has seen one whole snapshot of these things. */
function worldOf(epoch: string, seq: number, things: Thing[]): World {
  const world = new World();
  world.greet(epoch);
  world.hear(news(seq, things, { whole: true }));
  return world;
}

function pictureOf(world: World): string[] {
  return ['friend', 'probot']
    .flatMap((kind) => [...world.kind(kind).values()])
    .map((thing) => JSON.stringify(thing))
    .sort();
}

describe('the picture', () => {
  test('before the first snapshot nothing is known, and resuming asks for everything', () => {
    expect(new World().cursor).toEqual({ epoch: null, seq: 0 });
    expect(new World().complete).toBe(false);
  });

  test('a change replaces the whole state of a thing', () => {
    const world = worldOf('e', 1, [friend('jane/phone', 1, { vel: 3, batt: 50 })]);
    world.hear(news(2, [friend('jane/phone', 2, { vel: 5 })]));
    expect(world.get('friend/jane/phone')).toEqual(friend('jane/phone', 2, { vel: 5 }));
  });

  test('a thing that is gone is forgotten', () => {
    const world = worldOf('e', 1, [friend('jane/phone', 1)]);
    world.hear(news(2, [friend('jane/phone', 2, { gone: true })]));
    expect(world.get('friend/jane/phone')).toBeUndefined();
  });

  test('a whole snapshot forgets what it does not name', () => {
    const world = worldOf('e', 1, [friend('jane/phone', 1), friend('bob/phone', 1)]);
    world.hear(news(9, [friend('bob/phone', 9)], { whole: true }));
    expect([...world.kind('friend').keys()]).toEqual(['bob/phone']);
  });

  test('half a snapshot does not show, and when cut off is thrown away', () => {
    const world = worldOf('old', 5, [friend('jane/phone', 5)]);
    world.greet('new');
    world.hear(news(1, [friend('bob/phone', 1)], { whole: true, more: true }));
    expect([...world.kind('friend').keys()]).toEqual(['jane/phone']);
    expect(world.cursor).toEqual({ epoch: 'old', seq: 5 });
    world.greet('new');
    world.hear(news(3, [friend('kim/phone', 3)], { whole: true }));
    expect([...world.kind('friend').keys()]).toEqual(['kim/phone']);
    expect(world.cursor).toEqual({ epoch: 'new', seq: 3 });
  });

  test('what was missed adds up', () => {
    const world = worldOf('e', 1, []);
    world.hear(news(2, [], { missed: { quarantine: 3 } }));
    world.hear(news(3, [], { missed: { quarantine: 2 } }));
    expect(world.missed.get('quarantine')).toBe(5);
  });

  test('an id may hold slashes', () => {
    expect(splitKey('friend/jane/phone')).toEqual(['friend', 'jane/phone']);
  });
});

describe('listeners', () => {
  test('hear only what changed', () => {
    const world = worldOf('e', 1, [friend('jane/phone', 1), friend('bob/phone', 1)]);
    const heard: string[][] = [];
    world.onChange((changed) => heard.push([...changed]));
    world.hear(news(2, [friend('bob/phone', 2)]));
    expect(heard).toEqual([['friend/bob/phone']]);
  });

  test('are told once a snapshot is complete, with everything that came or went', () => {
    const world = worldOf('e', 1, [friend('jane/phone', 1)]);
    const heard: string[][] = [];
    world.onChange((changed) => heard.push([...changed].sort()));
    world.hear(news(1, [friend('bob/phone', 8)], { whole: true, more: true }));
    world.hear(news(9, [friend('kim/phone', 9)]));
    expect(heard).toEqual([['friend/bob/phone', 'friend/jane/phone', 'friend/kim/phone']]);
  });

  test('can stop listening', () => {
    const world = worldOf('e', 1, []);
    let heard = 0;
    const stop = world.onChange(() => heard++);
    stop();
    world.hear(news(2, [friend('bob/phone', 2)]));
    expect(heard).toBe(0);
  });
});

/** Random numbers that are the same in every run. */
function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** A small server: numbers changes, remembers the last of each thing, and may start anew. */
class Server {
  epoch = 'epoch 0';
  seq = 0;
  readonly things = new Map<string, Thing>();

  change(kind: string, id: string, gone: boolean): void {
    this.seq += 1;
    const key = `${kind}/${id}`;
    this.things.delete(key);
    const state = gone ? { gone: true as const } : { value: this.seq * 7 };
    this.things.set(key, { k: kind, id, s: this.seq, ...state });
  }

  restart(): void {
    this.epoch += '+';
    this.seq = 0;
    const left = [...this.things.values()].filter((thing) => !thing.gone);
    this.things.clear();
    for (const thing of left) this.change(thing.k, thing.id, false);
  }

  /** Frames for a viewer with this cursor, cut into pieces of some size. */
  frames(epoch: string | null, seq: number, size: number): News[] {
    const whole = epoch !== this.epoch;
    const fresh = [...this.things.values()].filter((thing) =>
      whole ? !thing.gone : thing.s > seq,
    );
    const frames: News[] = [];
    for (let start = 0; start === 0 || start < fresh.length; start += size) {
      const part = fresh.slice(start, start + size);
      const more = start + size < fresh.length;
      frames.push(
        news(more ? (part.at(-1)?.s ?? this.seq) : this.seq, part, {
          whole: whole && start === 0,
          more,
        }),
      );
    }
    return frames;
  }
}

describe('after any cuts, restarts and rates', () => {
  test.each(Array.from({ length: 40 }, (_, seed) => seed))(
    'the picture equals the world once quiet (run %i)',
    (seed) => {
      const random = chance(seed + 1);
      const server = new Server();
      const world = new World();
      let connected = false;
      for (let step = 0; step < 120; step++) {
        const dice = random();
        if (dice < 0.6) {
          server.change(
            random() < 0.7 ? 'friend' : 'probot',
            String(Math.floor(random() * 9)),
            random() < 0.2,
          );
        } else if (dice < 0.65) {
          server.restart();
          connected = false;
        } else if (dice < 0.75) {
          connected = false;
        } else {
          if (!connected) world.greet(server.epoch);
          connected = true;
          const { epoch, seq } = world.cursor;
          for (const frame of server.frames(epoch, seq, 1 + Math.floor(random() * 5))) {
            world.hear(frame);
            // The cable is pulled between two frames of one snapshot.
            if (frame.more && random() < 0.15) {
              connected = false;
              break;
            }
          }
        }
      }
      world.greet(server.epoch);
      const { epoch, seq } = world.cursor;
      for (const frame of server.frames(epoch, seq, 3)) world.hear(frame);
      expect(pictureOf(world)).toEqual(
        [...server.things.values()]
          .filter((thing) => !thing.gone)
          .map((thing) => JSON.stringify(thing))
          .sort(),
      );
      expect(world.cursor).toEqual({ epoch: server.epoch, seq: server.seq });
    },
  );
});

describe('a scene of the past', () => {
  const thing = (k: string, id: string, more: object = {}): Thing => ({ k, id, s: 1, ...more });

  test('is shown in place of the world, which goes on unseen', () => {
    const world = new World();
    const shown = new Shown(world);
    world.greet('e');
    world.hear(
      news(1, [thing('friend', 'jane/phone'), thing('friend', 'kim/phone')], { whole: true }),
    );
    const heard: string[][] = [];
    shown.onChange((changed) => {
      heard.push([...changed].sort());
    });
    shown.show([thing('friend', 'jane/phone', { lat: 1 })]);
    expect([...shown.kind('friend').keys()]).toEqual(['jane/phone']);
    expect(shown.get('friend/kim/phone')).toBeUndefined();
    world.hear(news(2, [thing('friend', 'lee/phone')]));
    expect(shown.get('friend/lee/phone')).toBeUndefined();
    expect(heard).toEqual([['friend/jane/phone', 'friend/kim/phone']]);
    shown.show(null);
    expect(shown.kind('friend').size).toBe(3);
    expect(heard[1]).toEqual(['friend/jane/phone', 'friend/kim/phone', 'friend/lee/phone']);
    expect(world.cursor.seq).toBe(2);
  });

  test('leaves how we do now in sight', () => {
    const world = new World();
    const shown = new Shown(world);
    world.greet('e');
    world.hear(news(1, [thing('broker', 'main'), thing('probot', 'ProBot1')], { whole: true }));
    shown.show([]);
    expect(shown.get('broker/main')).toBeDefined();
    expect(shown.get('probot/ProBot1')).toBeUndefined();
  });
});
