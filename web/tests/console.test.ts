import { beforeEach, describe, expect, test } from 'vitest';
import { ConsoleClient, MOST_MESSAGES } from '../src/console/client';
import { inOrder, pageOf } from '../src/console/topics';
import { marked } from '../src/pages/broker/topiclist';
import { noneText, totalText } from '../src/pages/broker/topicsearch';
import { granted, Refused } from '../src/net/requests';
import type { Code } from '../src/net/requests';
import { askOf } from './fakes';
import type { Aside } from '../src/net/protocol';

interface Asked {
  request: string;
  fields: Readonly<Record<string, unknown>>;
  answer(fields?: Record<string, unknown>): Promise<void>;
  refuse(code: Code, why: string): Promise<void>;
}

let asked: Asked[];
let client: ConsoleClient;

beforeEach(() => {
  asked = [];
  client = new ConsoleClient(
    askOf(
      (request, fields) =>
        new Promise((resolve, reject) => {
          asked.push({
            request,
            fields,
            async answer(more = {}) {
              resolve(more);
              await settled();
            },
            async refuse(code, why) {
              reject(new Refused(code, why));
              await settled();
            },
          });
        }),
    ),
  );
  client.line(true);
});

const settled = () => new Promise((resolve) => setTimeout(resolve));
const frame = (t: Aside['t'], fields: Record<string, unknown>): Aside => ({ t, fields });
const heard = (sub: string, more: Record<string, unknown> = {}) => {
  client.told(
    frame('heard', { sub, topic: 'a/b', payload: 'x', qos: 0, retain: false, at: 1, ...more }),
  );
};
const last = () => asked.at(-1) as Asked;

async function subscribed(filter: string, sub: string): Promise<void> {
  const done = client.subscribe('main', filter, 0);
  await last().answer({ sub, state: 'waiting' });
  await done;
}

describe('subscriptions', () => {
  test('are asked for, become active, and bring messages', async () => {
    await subscribed('a/#', 's1');
    expect(asked[0]).toMatchObject({
      request: 'subscribe',
      fields: { broker: 'main', filter: 'a/#', qos: 0 },
    });
    client.told(frame('sub', { sub: 's1', state: 'active' }));
    heard('s1', { retain: true });
    expect(client.subscriptions).toMatchObject([{ filter: 'a/#', state: 'active', heard: 1 }]);
    expect(client.messages).toMatchObject([{ topic: 'a/b', retain: true, size: 1 }]);
  });

  test('that are refused are not there, and the reason is told', async () => {
    const done = client.subscribe('main', '#', 0);
    const why = expect(done).rejects.toThrow('not open here');
    await last().refuse('forbidden', 'not open here');
    await why;
    expect(client.subscriptions).toEqual([]);
  });

  test('say what was dropped on the way, and the whole size of what was cut', async () => {
    await subscribed('#', 's1');
    heard('s1', { dropped: 7, size: 99_999 });
    expect(client.subscriptions[0]?.dropped).toBe(7);
    expect(client.messages[0]).toMatchObject({ size: 99_999 });
    expect(client.messages[0]?.bytes).toHaveLength(1);
  });

  test('are asked for again on a new connection, under the names it gives them', async () => {
    await subscribed('a/#', 's1');
    client.line(false);
    expect(client.subscriptions[0]?.state).toBe('waiting');
    heard('s1');
    expect(client.messages).toHaveLength(0);
    client.line(true);
    expect(last().request).toBe('subscribe');
    await last().answer({ sub: 's9', state: 'active' });
    heard('s9');
    expect(client.messages).toHaveLength(1);
  });

  test('that the server refuses on the new connection stay, with the reason', async () => {
    await subscribed('a/#', 's1');
    client.line(false);
    client.line(true);
    await last().refuse('forbidden', 'you may not any more');
    expect(client.subscriptions).toMatchObject([{ state: 'refused', why: 'you may not any more' }]);
  });

  test('that were ended before the answer came are ended when it comes', async () => {
    const done = client.subscribe('main', 'a', 0);
    client.unsubscribe(1);
    await asked[0]?.answer({ sub: 's1', state: 'waiting' });
    await done;
    expect(last()).toMatchObject({ request: 'unsubscribe', fields: { sub: 's1' } });
    expect(client.subscriptions).toEqual([]);
  });

  test('never keep more messages than there is room for', async () => {
    await subscribed('#', 's1');
    for (let n = 0; n < MOST_MESSAGES + 5; n++) heard('s1');
    expect(client.messages).toHaveLength(MOST_MESSAGES);
    expect(client.messages[0]?.n).toBe(6);
    expect(client.count).toBe(MOST_MESSAGES + 5);
    client.clear();
    expect(client.messages).toHaveLength(0);
  });
});

describe('the topic tree', () => {
  const view = (...path: string[]) => ({ broker: 'main', path, find: '', all: false });
  const node = (name: string, more: object = {}) => ({ name, messages: 0, bytes: 0, ...more });
  const page = (name: string) => ({ path: [], children: [node(name)], total: 1 });

  test('is watched while it is looked at', async () => {
    client.look(view());
    expect(last()).toMatchObject({ request: 'topics', fields: { watch: true, path: [] } });
    await last().answer(page('a'));
    expect(client.page?.children[0]?.name).toBe('a');
    client.told(frame('topics', page('b')));
    expect(client.page?.children[0]?.name).toBe('b');
    client.look(null);
    expect(last()).toMatchObject({ request: 'topics', fields: { watch: false } });
    expect(client.page).toBeNull();
  });

  test('never shows the page before under the path of the next one', async () => {
    client.look(view());
    await last().answer(page('a'));
    client.look(view('a'));
    client.told(frame('topics', page('late')));
    expect(client.page?.children[0]?.name).toBe('a');
    await last().answer(page('x'));
    expect(client.page?.children[0]?.name).toBe('x');
  });

  test('says why there is none', async () => {
    client.look(view());
    await last().refuse('forbidden', 'one must be operator');
    expect(client.trouble).toBe('one must be operator');
    expect(client.page).toBeNull();
  });

  test('is looked at again on a new connection', async () => {
    client.look(view('a'));
    await last().answer(page('x'));
    client.line(false);
    client.line(true);
    expect(last()).toMatchObject({ request: 'topics', fields: { path: ['a'], watch: true } });
  });

  test('is read whatever is missing, and put in order', () => {
    const read = (told: object) => pageOf(granted('topics', { ok: true, ...told }));
    expect(read({})).toMatchObject({ children: [], total: 0, cut: 0 });
    const { children } = read({
      children: [node('p10', { rate: 1, at: 5 }), node('p2', { messages: 9 }), 7, { name: 'odd' }],
    });
    const names = (order: Parameters<typeof inOrder>[1]) =>
      inOrder(children, order).map((node) => node.name);
    expect(names('name')).toEqual(['p2', 'p10']);
    expect(inOrder(read({ children: [node('$SYS'), node('z')] }).children, 'name')).toMatchObject([
      { name: 'z' },
      { name: '$SYS' },
    ]);
    expect(names('rate')).toEqual(['p10', 'p2']);
    expect(names('messages')).toEqual(['p2', 'p10']);
    expect(names('age')).toEqual(['p10', 'p2']);
  });
});

describe('a search of topics', () => {
  test.each([
    ['house/Temperature', 'temp', ['house/', 'Temp', 'erature']],
    ['house', 'lamp', ['house', '', '']],
    ['house', '', ['house', '', '']],
    ['a/b', 'A/B', ['', 'a/b', '']],
  ])('shows where in %s %j is', (name, text, parts) => {
    expect(marked(name, text)).toEqual(parts);
  });

  test('says what it looked for when there is nothing', () => {
    const wish = { text: 'temp', values: false, retained: false };
    expect(noneText(wish)).toBe('No topic has “temp” in its name.');
    expect(noneText({ ...wish, values: true })).toContain('in the beginning of its value');
    expect(noneText({ ...wish, retained: true })).toContain('No retained topic');
    expect(noneText({ text: '', values: false, retained: true })).toContain('No retained message');
  });

  test('tells how many there are of all', () => {
    const answer = { ok: true, broker: 'main', found: [], total: 3, topics: 1 } as const;
    expect(totalText(answer)).toBe('3 of 1 topic');
    expect(totalText({ ...answer, topics: 4000 })).toBe('3 of 4,000 topics');
  });
});
