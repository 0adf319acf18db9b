import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ConsoleClient } from '../src/console/client';
import { pageOf } from '../src/console/topics';
import { granted } from '../src/net/requests';
import { askOf } from './fakes';
import { Malformed, parseFrame, requestFrame, resumeFrame } from '../src/net/protocol';
import { World } from '../src/app/world';

const FOLDER = join(import.meta.dirname, '../../tests/wire');

interface Golden {
  says: string;
  frame: Record<string, unknown>;
}

function golden(name: string): Golden {
  return JSON.parse(readFileSync(join(FOLDER, `${name}.json`), 'utf8')) as Golden;
}

function parseGolden(name: string) {
  return parseFrame(JSON.stringify(golden(name).frame));
}

describe('golden frames', () => {
  const names = readdirSync(FOLDER).map((file) => file.replace(/\.json$/, ''));

  test.each(names.filter((name) => /^(server|console)-/.test(name)))('%s is understood', (name) => {
    const { frame } = golden(name);
    expect(parseFrame(JSON.stringify(frame)).t).toBe(frame['t']);
  });

  test('a hello tells the numbering, the user, the time, the beat and the limits', () => {
    expect(parseGolden('server-hello')).toEqual({
      t: 'hello',
      epoch: '5f0c9a1e7b3d4c62',
      server: '0.1.0',
      user: { name: 'jane', role: 'operator' },
      now: 1795235000123,
      beat: 5000,
      messageLimit: 4096,
    });
  });

  test('news without marks is neither whole nor more and missed nothing', () => {
    expect(parseGolden('server-news')).toMatchObject({ whole: false, more: false, missed: {} });
  });

  test('news tells what was missed', () => {
    expect(parseGolden('server-news-missed')).toMatchObject({ missed: { quarantine: 3 } });
  });

  test('a refusal keeps the code for programs and the reason for people', () => {
    expect(parseGolden('server-answer-refused')).toMatchObject({
      id: 8,
      ok: false,
      code: 'unknown',
      why: 'there is no request called "dance"',
    });
  });

  test('what the console heard is read with its bytes and what was dropped', async () => {
    const client = new ConsoleClient(askOf(() => Promise.resolve({ sub: 's1', state: 'waiting' })));
    client.line(true);
    await client.subscribe('main', 'room/#', 1);
    for (const name of ['console-heard', 'console-heard-bytes', 'console-sub']) {
      const frame = parseGolden(name);
      if (frame.t === 'heard' || frame.t === 'sub') client.told(frame);
    }
    expect(client.messages.map((message) => [...message.bytes])).toEqual([
      [119, 97, 114, 109],
      [0, 255, 127],
    ]);
    expect(client.subscriptions).toMatchObject([
      { dropped: 3, heard: 2, state: 'waiting', why: 'the broker closed the connection' },
    ]);
  });

  test('a page of the topic tree is read with what is below and what came last', () => {
    const frame = parseGolden('console-topics');
    const page =
      frame.t === 'topics' ? pageOf(granted('topics', { ...frame.fields, ok: true })) : undefined;
    expect(page).toMatchObject({ path: ['room'], total: 2, topics: 2, cut: 0 });
    expect(page?.children).toMatchObject([{ last: 'warm.', size: 5 }, { hex: '00 ff' }]);
    expect(page?.node).toMatchObject({ messages: 3, children: 2 });
  });

  test('a snapshot in two frames and what follows make one picture', () => {
    const world = new World();
    world.greet('5f0c9a1e7b3d4c62');
    for (const name of [
      'server-news-whole',
      'server-news-more',
      'server-news',
      'server-news-gone',
    ]) {
      const frame = parseGolden(name);
      if (frame.t === 'news') world.hear(frame);
    }
    expect([...world.kind('friend').keys()].sort()).toEqual(['jane/phone', 'kim/phone']);
    expect(world.get('broker/main')).toMatchObject({ version: 'mosquitto version 2.0.11' });
    expect(world.cursor).toEqual({ epoch: '5f0c9a1e7b3d4c62', seq: 903 });
  });

  test('what the page sends is what the server’s tests read', () => {
    expect(JSON.parse(resumeFrame(null, 12))).toEqual(golden('browser-resume-fresh').frame);
    expect(JSON.parse(resumeFrame('5f0c9a1e7b3d4c62', 903))).toEqual(
      golden('browser-resume').frame,
    );
    expect(JSON.parse(requestFrame(7, 'ping'))).toEqual(golden('browser-ping').frame);
  });
});

describe('frames of another make', () => {
  test('a frame of an unknown sort is told apart, not refused', () => {
    expect(parseFrame('{"t":"weather","x":1}')).toEqual({ t: 'other', was: 'weather' });
  });

  test('unknown fields are ignored', () => {
    expect(parseFrame('{"t":"beat","now":1,"seq":2,"mood":"fine"}')).toEqual({
      t: 'beat',
      now: 1,
      seq: 2,
    });
  });

  test.each([
    ['', 'not JSON'],
    ['[]', 'not an object'],
    ['{"x":1}', 'without "t"'],
    ['{"t":"beat","now":"late","seq":1}', 'number "now"'],
    ['{"t":"news","seq":1}', 'without things'],
    ['{"t":"news","seq":1,"things":[{"k":"friend","s":1}]}', 'lacks k, id or s'],
    ['{"t":"answer","id":1}', 'without "ok"'],
    ['{"t":"hello","now":1,"beat":1,"server":"x"}', 'text "epoch"'],
  ])('%j is malformed: %s', (text, why) => {
    expect(() => parseFrame(text)).toThrow(Malformed);
    expect(() => parseFrame(text)).toThrow(why);
  });

  test('a request cannot smuggle another id or name in its fields', () => {
    expect(
      JSON.parse(requestFrame(7, 'ping', { id: 1, do: 'stop', thing: 'probot/ProBot1' })),
    ).toEqual({
      id: 7,
      do: 'ping',
      thing: 'probot/ProBot1',
    });
  });
});
