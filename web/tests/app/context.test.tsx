import { signal } from '@preact/signals';
import { act } from '@testing-library/preact';
import { render } from 'preact';
import { afterEach, expect, test } from 'vitest';
import { LiveProvider, useKind, useThing } from '../../src/app/context';
import { Scheduler } from '../../src/app/scheduler';
import { World } from '../../src/app/world';
import { useCalmly } from '../../src/ui/hooks';

const BEN = { k: 'friend', id: 'ben/phone', s: 1 };
const root = document.createElement('div');

afterEach(() => {
  render(null, root);
});

/** As a page draws it: without waiting for the effects that come after the frame. */
function draws(component: () => preact.JSX.Element) {
  const world = new World();
  const frames: (() => void)[] = [];
  const scheduler = new Scheduler(world, (draw) => frames.push(draw));
  world.greet('e');
  const Component = component;
  render(
    <LiveProvider value={{ world, scheduler, ready: signal(true) }}>
      <Component />
    </LiveProvider>,
    root,
  );
  return { world, frames };
}

test('what changes between the drawing and the next frame is shown, too', () => {
  const { world, frames } = draws(() => (
    <p>{`${useThing('friend/ben/phone') ? 'here' : 'away'}, ${String(useKind('friend').length)}`}</p>
  ));
  expect(root.textContent).toBe('away, 0');
  world.hear({ t: 'news', seq: 1, things: [BEN], whole: true, more: false, missed: {} });
  act(() => {
    for (const draw of frames) draw();
  });
  expect(root.textContent).toBe('here, 1');
});

test('what is drawn calmly misses nothing either', async () => {
  const listeners = new Set<() => void>();
  const source = {
    count: 0,
    onChange(listener: () => void) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  draws(function Calm() {
    useCalmly(source as never, 0);
    return <p>{source.count}</p>;
  });
  source.count = 1;
  for (const listener of listeners) listener();
  await act(() => new Promise<void>((resolve) => setTimeout(resolve, 5)));
  expect(root.textContent).toBe('1');
});
