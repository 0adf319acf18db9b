import { beforeEach, describe, expect, test } from 'vitest';
import { dayOf } from '../../src/past/day';
import { clockText } from '../../src/past/wording';
import type { Stretch } from '../../src/past/stretch';
import type { Photo } from '../../src/past/photos';
import { readDoubtful } from '../../src/past/doubtful';
import type { DoubtfulPoint } from '../../src/past/doubtful';
import type { TrackPoint } from '../../src/past/track';
import { TimeTravel } from '../../src/past/timetravel';
import type { Outside, Way } from '../../src/past/timetravel';
import type { Thing } from '../../src/net/protocol';

const NOW = new Date(2026, 10, 18, 12).getTime() / 1000;
const HOUR = 3600;

class Scene implements Outside {
  time = NOW;
  shown: readonly Thing[] | null = null;
  told: boolean[] = [];
  asked: number[] = [];
  days: string[] = [];
  points: TrackPoint[] = [];
  thinned = false;
  failing = false;
  doubtfulAsked = 0;
  ticks = new Set<() => void>();
  #waiting: (() => void)[] = [];

  now = () => this.time;
  tell = (past: boolean) => {
    this.told.push(past);
  };
  show = (things: readonly Thing[] | null) => {
    this.shown = things;
  };
  events = () => Promise.resolve([]);
  taken: Photo[] = [];
  photos = () => Promise.resolve(this.taken);

  scene(at: number): Promise<readonly Thing[]> {
    this.asked.push(at);
    if (this.failing) return Promise.reject(new Error('the store is away'));
    return new Promise((answer) => {
      this.#waiting.push(() => {
        answer([{ k: 'friend', id: 'jane/phone', s: 0, at }]);
      });
    });
  }

  doubtful(): Promise<readonly DoubtfulPoint[]> {
    this.doubtfulAsked += 1;
    return Promise.resolve([{ lat: 0, lng: 0, at: NOW, why: 'at 0, 0' }]);
  }

  track(_key: string, { start, end }: Stretch): Promise<Way> {
    this.days.push(end - start > 80_000 ? dayOf(start).name : `${String(end - start)} s`);
    return Promise.resolve({ points: this.points, thinned: this.thinned });
  }

  calendar = () => Promise.resolve(new Set<string>());

  every(_milliseconds: number, call: () => void): () => void {
    this.ticks.add(call);
    return () => {
      this.ticks.delete(call);
    };
  }

  /** The server answers what it was asked. */
  async answer(): Promise<void> {
    for (const one of this.#waiting.splice(0)) one();
    await settled();
  }
}

/** Everything that is due has been done. */
async function settled(): Promise<void> {
  for (let n = 0; n < 10; n += 1) await Promise.resolve();
}

let scene: Scene;
let past: TimeTravel;

beforeEach(() => {
  scene = new Scene();
  past = new TimeTravel(scene);
});

describe('going to another time', () => {
  test('shows the scene of then, and tells the server once', async () => {
    past.go(NOW - HOUR);
    past.go(NOW - 2 * HOUR);
    expect(past.past.value).toBe(true);
    expect(scene.told).toEqual([true]);
    await scene.answer();
    await scene.answer();
    expect(scene.shown?.[0]?.['at']).toBe(NOW - 2 * HOUR);
  });

  test('asks for one scene at a time, and for the newest wish next', async () => {
    for (let minute = 1; minute < 50; minute += 1) past.go(NOW - HOUR - minute * 60);
    expect(scene.asked).toEqual([NOW - HOUR - 60]);
    await scene.answer();
    expect(scene.asked).toEqual([NOW - HOUR - 60, NOW - HOUR - 49 * 60]);
    await scene.answer();
    expect(past.waiting.value).toBe(false);
  });

  test('back to now shows the world, whatever still comes', async () => {
    past.go(NOW - HOUR);
    past.live();
    expect(scene.shown).toBeNull();
    expect(scene.told).toEqual([true, false]);
    await scene.answer();
    expect(scene.shown).toBeNull();
  });

  test('that has not passed yet is now', () => {
    past.go(NOW + HOUR);
    expect(past.past.value).toBe(false);
    expect(scene.told).toEqual([]);
  });

  test('on another day puts that day on the bar', () => {
    past.go(NOW - 24 * HOUR);
    expect(past.day.value.name).toBe('2026-11-17');
    past.live();
    expect(past.day.value.name).toBe('2026-11-18');
  });

  test('by the calendar keeps the time by the clock, and today is never ahead of now', () => {
    past.go(NOW - HOUR);
    past.goToDay(dayOf(NOW - 48 * HOUR));
    expect(past.day.value.name).toBe('2026-11-16');
    expect(clockText(past.at.value ?? 0)).toBe('11:00:00');
    past.go(NOW - 20 * HOUR);
    past.goToDay(dayOf(NOW));
    expect(past.past.value).toBe(false);
  });

  test('takes along the stretch of the bar that one has zoomed to', () => {
    past.go(NOW - HOUR);
    past.zoom({ start: NOW - 1.5 * HOUR, end: NOW - 0.5 * HOUR });
    past.go(NOW - 5 * HOUR);
    const { start, end } = past.stretch.value;
    expect(end - start).toBe(HOUR);
    expect(start).toBeLessThanOrEqual(NOW - 5 * HOUR);
    expect(end).toBeGreaterThan(NOW - 5 * HOUR);
    past.go(NOW - 24 * HOUR);
    expect(past.stretch.value.end - past.stretch.value.start).toBe(HOUR);
    expect(past.stretch.value.start).toBeLessThan(NOW - 24 * HOUR);
    past.zoom(past.day.value);
    expect(past.stretch.value).toEqual(past.day.value);
  });

  test('is told again when the connection is a new one', () => {
    past.connected();
    expect(scene.told).toEqual([]);
    past.go(NOW - HOUR);
    past.connected();
    expect(scene.told).toEqual([true, true]);
  });

  test('that the server cannot show is said, and the last picture stays', async () => {
    past.go(NOW - HOUR);
    await scene.answer();
    scene.failing = true;
    past.go(NOW - 2 * HOUR);
    await settled();
    expect(past.trouble.value).toBe('the store is away');
    expect(scene.shown?.[0]?.['at']).toBe(NOW - HOUR);
    expect(past.past.value).toBe(true);
  });
});

describe('playing', () => {
  const tick = () => {
    for (const call of scene.ticks) call();
  };

  test('goes on by the rate, and ends with now', async () => {
    past.go(NOW - 40);
    await scene.answer();
    past.rate.value = 60;
    past.play();
    tick();
    expect(past.at.value).toBe(NOW - 25);
    await scene.answer();
    tick();
    await scene.answer();
    tick();
    expect(past.past.value).toBe(false);
    expect(past.playing.value).toBe(false);
    expect(scene.ticks.size).toBe(0);
  });

  test('waits for the picture of each moment', async () => {
    past.go(NOW - HOUR);
    past.play();
    tick();
    expect(past.at.value).toBe(NOW - HOUR);
    await scene.answer();
    tick();
    expect(past.at.value).toBe(NOW - HOUR + 15);
  });

  test('of today begins where the chosen one’s day began', async () => {
    scene.points = [{ lat: 0, lng: 0, at: NOW - 3 * HOUR }];
    past.choose('friend/jane/phone');
    await settled();
    past.play();
    expect(past.at.value).toBe(NOW - 3 * HOUR);
  });
});

describe('a chosen one', () => {
  test('is stepped along by its fixes', async () => {
    scene.points = [1, 2, 3].map((hours) => ({ lat: 0, lng: 0, at: NOW - (4 - hours) * HOUR }));
    past.choose('friend/jane/phone');
    await settled();
    past.step(-1);
    past.step(-1);
    expect(past.at.value).toBe(NOW - 2 * HOUR);
    past.step(1);
    expect(past.at.value).toBe(NOW - HOUR);
  });

  test('has its way of the day that is shown', async () => {
    past.choose('friend/jane/phone');
    past.dayBeside(-1);
    await settled();
    expect(scene.days).toEqual(['2026-11-18', '2026-11-17']);
    expect(past.track.value?.day).toEqual(dayOf(NOW - 24 * HOUR));
    past.dayBeside(1);
    past.dayBeside(1);
    expect(past.day.value.name).toBe('2026-11-18');
    expect(past.past.value).toBe(false);
  });

  test('whose day is too long is shown exactly where one has zoomed in', async () => {
    const minute = (n: number) => ({ lat: 0, lng: 0, at: NOW - HOUR + n * 60 });
    scene.points = [minute(0), minute(59)];
    scene.thinned = true;
    past.choose('friend/jane/phone');
    await settled();
    scene.points = [minute(10), minute(11), minute(12)];
    past.zoom({ start: minute(5).at, end: minute(20).at });
    await settled();
    expect(scene.days).toEqual(['2026-11-18', '900 s']);
    const times = past.track.value?.points.map(({ at }) => (at - NOW + HOUR) / 60);
    expect(times).toEqual([0, 10, 11, 12, 59]);
    past.zoom({ start: NOW - 5 * HOUR, end: NOW });
    await settled();
    expect(scene.days).toHaveLength(2);
  });

  test('has what is doubtful of that day, and looks again when somebody overruled it', async () => {
    past.choose('friend/jane/phone');
    await settled();
    expect(past.track.value?.doubtful.map((point) => point.why)).toEqual(['at 0, 0']);
    past.overruled();
    await settled();
    expect(scene.doubtfulAsked).toBe(2);
    expect(past.decisions.value).toBe(1);
  });

  test('leaves no way behind when it is chosen no more', async () => {
    past.choose('friend/jane/phone');
    await settled();
    past.choose(null);
    await settled();
    expect(past.track.value).toBeNull();
  });
});

describe('doubtful fixes', () => {
  test('are read with their reasons; what makes no sense is left out', () => {
    const data = [
      { lat: 1, lon: 2, tst: 20, doubt: 'too fast' },
      { lat: 1, lon: 2, tst: 10, doubt: 'at 0, 0' },
      { lat: 1, lon: 2, tst: 30 },
      { lon: 2, tst: 30, doubt: 'odd' },
    ];
    expect(readDoubtful(data).map(({ at, why }) => [at, why])).toEqual([
      [10, 'at 0, 0'],
      [20, 'too fast'],
    ]);
  });
});
