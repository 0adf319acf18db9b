import { act, cleanup, fireEvent, render, screen } from '@testing-library/preact';
import { afterEach, expect, test, vi } from 'vitest';
import { ServerProvider } from '../../src/app/context';
import type { Server } from '../../src/app/context';
import { AllAsText } from '../../src/things/rules/bulk';

vi.mock('../../src/things/rules/usenames', () => ({ useRuleNames: () => ({}) }));

afterEach(cleanup);

const field = () => screen.getByRole<HTMLTextAreaElement>('textbox');

/** The form, and what answers its question for all rules. */
function opened(): (text: string) => Promise<void> {
  const answers: ((said: { text: string }) => void)[] = [];
  const api = {
    get: () => new Promise((answer) => answers.push(answer)),
    post: () => new Promise(() => undefined),
  };
  const server = { api, requests: {} } as unknown as Server;
  render(
    <ServerProvider value={server}>
      <AllAsText close={() => undefined} />
    </ServerProvider>,
  );
  return (text) =>
    act(async () => {
      answers.shift()?.({ text });
      await Promise.resolve();
    });
}

test('the rules as they are come into the field', async () => {
  const answer = opened();
  await answer('when friend leaves region/a');
  expect(field().value).toBe('when friend leaves region/a');
});

test('what was typed before they came stays', async () => {
  const answer = opened();
  act(() => void fireEvent.input(field(), { target: { value: 'when' } }));
  await answer('when friend leaves region/a');
  expect(field().value).toBe('when');
  // Asked for, they come.
  act(() => void fireEvent.click(screen.getByRole('button', { name: 'My rules as they are now' })));
  await answer('when friend leaves region/a');
  expect(field().value).toBe('when friend leaves region/a');
});
