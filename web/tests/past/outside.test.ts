/** What the bar of the day asks of the server's history. */
import { expect, test, vi } from 'vitest';
import { ServerClock } from '../../src/app/clock';
import { Shown, World } from '../../src/app/world';
import { Denied } from '../../src/net/api';
import { Requests } from '../../src/net/requests';
import { createTimeTravel } from '../../src/past/outside';
import { apiOf } from '../fakes';

const LEFT = {
  ...{ sort: 'transition', thing: 'friend/jane/phone', tst: 2, at: 3, event: 'leave' },
  ...{ desc: 'Gym', place: 'Keizersgracht 123, Amsterdam' },
};
const ENTERED = {
  ...{ sort: 'crossing', thing: 'friend/jane/phone', tst: 4, at: 4, event: 'enter' },
  ...{ name: 'Home', region: 'ab12cd34' },
};

/** The events of today's bar, and the paths that were asked. */
function scene(answer: (path: string) => object) {
  const asked: string[] = [];
  const past = createTimeTravel({
    api: apiOf((_method, path) => {
      if (path.includes('drive')) asked.push(path);
      return Promise.resolve().then(() => answer(path));
    }),
    clock: new ServerClock(),
    requests: new Requests(() => false),
    shown: new Shown(new World()),
    language: 'nl',
    nameOf: () => undefined,
  });
  past.refresh();
  return { asked, texts: () => past.events.value.map(({ text }) => text), past };
}

test('events stand with the places where they happened, and with the region of a crossing', async () => {
  const { asked, texts, past } = scene(() => ({ events: [LEFT, ENTERED], next: null }));
  await vi.waitFor(() => {
    expect(texts()).toEqual([
      'jane/phone left Gym (Keizersgracht 123, Amsterdam)',
      'jane/phone entered Home',
    ]);
  });
  expect(past.events.value.map(({ region }) => region)).toEqual([undefined, 'region/ab12cd34']);
  expect(asked).toEqual([expect.stringMatching(/place=1&language=nl$/)]);
});

test('events are there without places while the server has no time for these', async () => {
  const { asked, texts } = scene((path) => {
    if (path.includes('place=1')) throw new Denied('busy', 'Later.');
    return { events: [LEFT], next: null };
  });
  await vi.waitFor(() => {
    expect(texts()).toEqual(['jane/phone left Gym']);
  });
  expect(asked).toHaveLength(2);
});
