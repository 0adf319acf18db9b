import { describe, expect, test } from 'vitest';
import { dayOf } from '../../src/past/day';
import { marksOf, readEvents } from '../../src/past/events';
import { metres, pointAt, profile, readTrack } from '../../src/past/track';

const DAY = dayOf(new Date(2026, 10, 18, 12).getTime() / 1000);

describe('a track', () => {
  test('is read in order, and what is no fix is left out', () => {
    const track = readTrack([
      { lat: 2, lon: 2, tst: 20, vel: 7 },
      { lat: 1, lon: 1, tst: 10 },
      { lon: 1, tst: 15 },
    ]);
    expect(track.map((point) => point.at)).toEqual([10, 20]);
    expect(track[1]?.speed).toBe(7);
  });

  test('has the speed of the way between, where the phone said none', () => {
    const [first, second, third] = readTrack([
      { lat: 0, lon: 0, tst: 0 },
      { lat: 0, lon: 0.01, tst: 60 },
      { lat: 0, lon: 0.02, tst: 60 + 7200 },
    ]);
    expect(first?.speed).toBeUndefined();
    // 1,112 m in a minute
    expect(second?.speed).toBeCloseTo(66.7, 1);
    expect(third?.speed).toBeUndefined();
  });

  test('knows the last point before a time', () => {
    const track = readTrack([10, 20, 30].map((tst) => ({ lat: 0, lon: 0, tst })));
    expect([5, 10, 19, 20, 99].map((at) => pointAt(track, at)?.at)).toEqual([
      undefined,
      10,
      10,
      20,
      30,
    ]);
  });

  test('is drawn as the greatest speed of each part of the day', () => {
    const hour = (DAY.end - DAY.start) / 24;
    const at = (hours: number) => DAY.start + hours * hour;
    const points = [
      { lat: 0, lng: 0, at: at(1.2), speed: 5 },
      { lat: 0, lng: 0, at: at(1.4), speed: 9 },
      { lat: 0, lng: 0, at: at(3.5) },
      { lat: 0, lng: 0, at: at(-1), speed: 99 },
      { lat: 0, lng: 0, at: at(24), speed: 99 },
    ];
    const speeds = profile(points, DAY, 24);
    expect(speeds.slice(0, 5)).toEqual([null, 9, null, 0, null]);
    expect(speeds.slice(5).every((speed) => speed === null)).toBe(true);
  });

  test('measures the short way round the globe', () => {
    expect(metres({ lat: 0, lng: 179.5 }, { lat: 0, lng: -179.5 })).toBeCloseTo(111_195, -1);
  });
});

describe('events of a day', () => {
  test('are told in words', () => {
    const names = new Map<string, string>([['friend/jane/phone', 'Jane']]);
    const events = readEvents(
      [
        {
          sort: 'crossing',
          thing: 'friend/jane/phone',
          tst: 2,
          at: 3,
          event: 'leave',
          name: 'Home',
        },
        { sort: 'crossing', thing: 'friend/bob/gone', tst: 4, at: 4, event: 'enter', name: 'Home' },
        { sort: 'alarm', thing: 'probot/ProBot1', tst: 1, at: 1, why: 'somebody else drives' },
      ],
      (key) => names.get(key),
    );
    expect(events.map((event) => event.text)).toEqual([
      'ProBot1: somebody else drives',
      'Jane left Home',
      'bob/gone entered Home',
    ]);
  });

  test('stand together where there is no room for each', () => {
    const event = (at: number) => ({ kind: 'crossing', thing: 'friend/j/p', at, text: '' });
    const marks = marksOf([event(0.1), event(0.101), event(0.5)], (at) => at);
    expect(marks.map((mark) => mark.events.length)).toEqual([2, 1]);
  });
});
