import { describe, expect, test } from 'vitest';
import { addressOf, Misfilled, waysOf } from '../../src/things/channels/addresses';
import type { Way } from '../../src/things/channels/addresses';

const made = (way: Way, fields: Record<string, string>) =>
  addressOf(way, (name) => fields[name] ?? '');

describe('the address of a way', () => {
  const mail = { to: 'jane@example.org', server: 'mail.example.org' };
  test.each<[Way, Record<string, string>, string]>([
    [
      'mail',
      { ...mail, user: 'jane@example.org', password: 'p@ss/w:d?' },
      'mailtos://jane%40example.org:p%40ss%2Fw%3Ad%3F@mail.example.org?smtp=mail.example.org' +
        '&from=jane%40example.org&to=jane%40example.org&mode=starttls',
    ],
    [
      'mail',
      { ...mail, server: 'mail.example.org:465', user: 'jane', password: 'x' },
      'mailtos://jane:x@mail.example.org:465?smtp=mail.example.org' +
        '&from=jane%40example.org&to=jane%40example.org&mode=ssl',
    ],
    [
      'mail',
      { ...mail, server: 'smtp://10.0.0.5:2525', from: 'house@example.org' },
      'mailto://10.0.0.5:2525?smtp=10.0.0.5&from=house%40example.org&to=jane%40example.org',
    ],
    ['ntfy', { topic: 'house-7f3a' }, 'ntfys://ntfy.sh/house-7f3a'],
    [
      'ntfy',
      { topic: ' house ', server: 'http://10.0.0.5:8080/', token: 'tk_a b' },
      'ntfy://tk_a%20b@10.0.0.5:8080/house?auth=token',
    ],
    ['telegram', { token: 'bot123:AAF_x-y', chat: '-100123' }, 'tgram://123:AAF_x-y/-100123/'],
    [
      'matrix',
      { server: 'm.example.org', room: '#family:example.org', user: 'bot', password: 'a/b' },
      'matrixs://bot:a%2Fb@m.example.org/%23family%3Aexample.org',
    ],
    ['other', { address: ' pover://user@token ' }, 'pover://user@token'],
  ])('%s %o', (way, fields, address) => {
    expect(made(way, fields)).toBe(address);
  });

  test.each<[Way, Record<string, string>, string]>([
    ['mail', { ...mail, to: 'jane' }, 'to'],
    ['mail', { ...mail, server: 'mail example' }, 'server'],
    ['mail', { ...mail, server: 'mail.example.org/?to=eve@example.org' }, 'server'],
    ['ntfy', { topic: 'a/b' }, 'topic'],
    ['telegram', { token: 'secret', chat: '1' }, 'token'],
    ['telegram', { token: '1:a', chat: 'jane' }, 'chat'],
    ['matrix', { server: 'm.example.org', room: 'family' }, 'room'],
    ['other', { address: 'jane@example.org' }, 'address'],
  ])('%s %o: the wrong field is named', (way, fields, field) => {
    let why: unknown;
    try {
      made(way, fields);
    } catch (error) {
      why = error;
    }
    expect(why).toBeInstanceOf(Misfilled);
    expect((why as Misfilled).field).toBe(field);
  });

  test('ways are offered that the server speaks', () => {
    expect(waysOf(['mailtos', 'ntfy', 'signal'])).toEqual(['mail', 'ntfy', 'other']);
    expect(waysOf([])).toEqual([]);
  });
});
