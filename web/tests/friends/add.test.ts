/** Adding a phone: how addresses are judged, and what is said while one waits. */
import { describe, expect, test } from 'vitest';
import { NewPhones } from '../../src/things/friends/add/newphones';
import { addressOf, cautions, guessOf, reachOf } from '../../src/things/friends/add/reach';
import { LONG, tell } from '../../src/things/friends/add/words';
import type { Attempt } from '../../src/things/friends/add/words';
import { apiOf } from '../fakes';

const url = (text: string) => addressOf(text) ?? new URL('about:blank');

test.each([
  ['http://127.0.0.1:8080', 'machine'],
  ['http://127.9.9.9', 'machine'],
  ['http://0.0.0.0:8080', 'machine'],
  ['http://localhost:8080', 'machine'],
  ['http://map.localhost', 'machine'],
  ['http://[::1]:8080', 'machine'],
  ['http://10.0.0.7', 'network'],
  ['http://192.168.1.5:8080', 'network'],
  ['http://172.16.0.1', 'network'],
  ['http://172.31.255.1', 'network'],
  ['http://172.32.0.1', 'anywhere'],
  ['http://169.254.1.1', 'network'],
  ['http://100.64.0.1', 'network'],
  ['http://100.128.0.1', 'anywhere'],
  ['http://[fd00::5]', 'network'],
  ['http://[fe80::5]', 'network'],
  ['http://[2001:db8::5]', 'anywhere'],
  ['http://raspberrypi', 'network'],
  ['http://nas.local', 'network'],
  ['http://NAS.LAN.', 'network'],
  ['http://map.home.arpa', 'network'],
  ['https://map.example.org', 'anywhere'],
  ['map.example.org/below', 'anywhere'],
])('%s is good %s', (text, reach) => {
  expect(reachOf(url(text))).toBe(reach);
});

test.each(['', '   ', 'ftp://x.org', 'https://', 'javascript:alert(1)', 'https://a b'])(
  '%j is no address',
  (text) => {
    expect(addressOf(text)).toBeNull();
  },
);

test('what is to be known about an address is said in plain words', () => {
  expect(cautions(url('https://map.example.org'))).toEqual([]);
  expect(cautions(url('http://192.168.1.5:8080')).join(' ')).toContain(
    'Only phones in the same Wi-Fi can reach 192.168.1.5',
  );
  expect(cautions(url('http://127.0.0.1:8080'))).toHaveLength(1);
  expect(cautions(url('http://map.example.org')).join()).toContain('iPhones may refuse it');
});

const PLACE = { settled: '', chosen: '', guess: '', here_only: false, mqtt: false };

test('the guess is this page’s address, or the server’s own when the page is opened beside it', () => {
  expect(guessOf(PLACE, 'http://10.0.0.7:8080/')).toBe('http://10.0.0.7:8080');
  const guess = 'http://192.168.1.5:8080';
  expect(guessOf({ ...PLACE, guess }, 'http://127.0.0.1:8080/')).toBe(guess);
  expect(guessOf({ ...PLACE, guess }, 'https://map.example.org/a/')).toBe(
    'https://map.example.org/a',
  );
});

const ATTEMPT: Attempt = { since: 0, trouble: 'none', detail: '', address: '', tries: 0 };

describe('who waits is told', () => {
  const about = { id: 'jane/phone', url: 'http://192.168.1.5:8080/pub', now: 100, from: 95 };
  const long = { ...about, now: about.from + LONG };

  test('to wait, and after a while what helps', () => {
    expect(tell(null, about)).toMatchObject({ tone: 'wait', title: 'Waiting for the phone' });
    const { title, hints } = tell(ATTEMPT, long);
    expect(title).toBe('Nothing has reached us yet');
    expect(hints[0]).toContain('same Wi-Fi');
    expect(hints[1]).toContain('http://192.168.1.5:8080');
    expect(tell(ATTEMPT, { ...long, url: 'http://127.0.0.1/pub' }).hints[0]).toContain('no phone');
    expect(tell(ATTEMPT, { ...long, url: '' }).hints[0]).toContain('online');
  });

  test('that the phone is here, whatever was before', () => {
    const here = { ...ATTEMPT, here: 99, trouble: 'none' } as const;
    expect(tell(here, long)).toMatchObject({ tone: 'ok', title: 'The phone is here' });
    expect(tell({ ...ATTEMPT, reached: 99 }, long).title).toBe('The phone has reached us');
  });

  test.each([
    ['wrong_password', 'jane', ['10.0.0.9', '“jane”', 'wrong password']],
    ['wrong_password', '', ['10.0.0.9', 'without the password']],
    ['other_user', 'kim', ['“kim”', 'must be “jane”']],
    ['other_device', 'jane/ipad', ['“jane/ipad”', 'device ID “phone”']],
    ['unreadable', 'lat is not within 90 degrees', ['could not be read', 'lat is not']],
    ['busy', '', ['comes again by itself']],
  ] as const)('why it does not count: %s %s', (trouble, detail, words) => {
    const progress = tell({ ...ATTEMPT, trouble, detail, address: '10.0.0.9', at: 98 }, long);
    expect(progress.tone).toBe('warn');
    for (const word of words) expect(progress.text).toContain(word);
  });
});

describe('the steps', () => {
  const asked: [string, string, unknown][] = [];
  const answers: Record<string, unknown> = {};
  const api = apiOf((method, path, fields) => {
    asked.push([method, path, fields]);
    return Promise.resolve(answers[`${method} ${path}`] as object);
  });

  function begin(place: Partial<typeof PLACE> = {}): NewPhones {
    asked.length = 0;
    answers['GET phones'] = { phones: [], may_add: true, place: { ...PLACE, ...place } };
    const phones = new NewPhones(api, 'http://10.0.0.7:8080/map/');
    phones.enter('jane');
    return phones;
  }

  test('an admin is asked for the address once, and nobody else', async () => {
    const phones = begin();
    await phones.open(false);
    expect(phones.stage.value.is).toBe('who');
    await phones.open(true);
    expect(phones.stage.value.is).toBe('address');
    answers['PUT admin/address'] = { url: 'https://m.org', reach: 'anywhere' };
    await phones.choose('https://m.org');
    expect(phones.address).toBe('https://m.org');
    await phones.open(true);
    expect(phones.stage.value.is).toBe('who');
    const settled = begin({ settled: 'https://s.org' });
    await settled.open(true);
    expect([settled.stage.value.is, settled.address]).toEqual(['who', 'https://s.org']);
  });

  test('a phone is made with the address of this page where none is known', async () => {
    const phones = begin();
    await phones.load();
    const link = 'owntracks:///config?inline=x';
    answers['POST phones'] = { thing: 'friend/jane/phone', link };
    const whose = { name: 'Jane', owner: '' };
    await phones.make({ is: 'app', whose }, 'owntracks');
    const body = { ...whose, app: 'owntracks', base: 'http://10.0.0.7:8080/map', another: false };
    expect(asked).toContainEqual(['POST', 'phones', body]);
    expect(phones.stage.value).toMatchObject({ is: 'ready', name: 'Jane', made: { link } });
  });

  test('a phone that exists is said; what is no link of the app is not shown', async () => {
    const phones = begin();
    const stage = { is: 'app', whose: { name: 'Jane', owner: '' } } as const;
    answers['POST phones'] = { thing: 'friend/jane/phone', exists: true };
    await phones.make(stage, 'owntracks');
    expect(phones.stage.value).toMatchObject({ is: 'exists', thing: 'friend/jane/phone' });
    answers['POST phones'] = { thing: 'friend/jane/phone', link: 'javascript:alert(1)' };
    await expect(phones.make(stage, 'owntracks')).rejects.toMatchObject({ code: 'malformed' });
    expect(phones.stage.value.is).toBe('exists');
  });

  test('it stays while the same person is let in anew, and goes with them', async () => {
    const phones = begin();
    phones.stage.value = { is: 'waiting', name: 'Jane', thing: 'friend/jane/phone' };
    phones.enter('jane');
    expect(phones.stage.value.is).toBe('waiting');
    await phones.load();
    phones.enter('bob');
    expect([phones.stage.value.is, phones.place.value, phones.mayAdd.value]).toEqual([
      'closed',
      null,
      false,
    ]);
  });
});
