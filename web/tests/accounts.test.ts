/** What somebody may, and the words of the pages about accounts. */
import { describe, expect, test } from 'vitest';
import { Denied } from '../src/net/api';
import { failureOf, failureText } from '../src/ui/failure';
import {
  endOf,
  fromInput,
  grantChoices,
  grantText,
  passwordFrom,
  toInput,
  withGrant,
} from '../src/accounts/wording';
import { browserName } from '../src/ui/browsername';
import { below } from '../src/accounts/linkready';
import { covers, mayDrive, mayShare, sectionsFor } from '../src/app/visitor';
import type { Rights, Visitor } from '../src/app/visitor';

const NOBODY: Rights = { see: [], drive: [], own: [], admin: false, looks_only: false };

function visitor(part: Partial<Visitor> = {}, rights: Partial<Rights> = {}): Visitor {
  return {
    name: 'jane',
    role: 'viewer',
    way: 'account',
    ...part,
    rights: { ...NOBODY, ...rights },
  };
}

const admin = visitor({ name: 'root', role: 'admin' }, { see: ['*'], drive: ['*'], admin: true });

describe('who somebody is', () => {
  test.each([
    [['*'], 'friend/jane/phone', true],
    [['friend'], 'friend/jane/phone', true],
    [['friend/jane'], 'friend/jane/phone', true],
    [['friend/jane'], 'friend/janet/phone', false],
    [['friend/jane'], 'friend/jane/phone/deeper', false],
    [['friend/jane/phone'], 'friend/jane/phone', true],
    [['friend/jane/phone'], 'friend/jane/watch', false],
    [['probot'], 'friend/jane/phone', false],
    [[], 'friend/jane/phone', false],
  ])('%j covers %s: %s', (grants, key, is) => {
    expect(covers(grants, key)).toBe(is);
  });

  test('decides which sections there are', () => {
    const viewer = visitor({}, { see: ['friend'] });
    expect(sectionsFor(viewer)).toEqual([
      'map',
      'alerts',
      'rules',
      'broker',
      'account',
      'settings',
    ]);
    const operator = visitor({ role: 'operator' }, { see: ['probot/R2'], drive: ['probot/R2'] });
    expect(sectionsFor(operator)).toEqual([
      'map',
      'alerts',
      'rules',
      'robots',
      'broker',
      'console',
      'account',
      'settings',
    ]);
    expect(sectionsFor(admin)).toContain('admin');
    expect(sectionsFor({ ...admin, way: 'guest' })).not.toContain('admin');
    const byLink = visitor({ way: 'link' }, { see: ['friend/jane'], looks_only: true });
    expect(sectionsFor(byLink)).toEqual(['map', 'settings']);
  });

  test('decides what is offered', () => {
    const jane = visitor({}, { see: ['friend'], own: ['friend/jane'] });
    expect(mayShare(jane, 'friend/jane/phone')).toBe(true);
    expect(mayShare(jane, 'friend/kim/phone')).toBe(false);
    expect(mayShare(admin, 'probot/R2')).toBe(true);
    expect(mayShare({ ...admin, way: 'guest' }, 'probot/R2')).toBe(false);
    const driver = visitor({ role: 'operator' }, { drive: ['probot/R2'] });
    expect(mayDrive(driver, 'probot/R2')).toBe(true);
    expect(mayDrive(driver, 'probot/R3')).toBe(false);
    expect(mayDrive(visitor({}, { drive: ['*'], looks_only: true }), 'probot/R2')).toBe(false);
  });
});

describe('a form', () => {
  test('says what was refused, and counts down where one must wait', () => {
    const failure = failureOf(new Denied('wait', 'Too many attempts. Try again in 8 s.', 8), 1000);
    expect(failureText(failure, 1000)).toEqual({
      text: 'Too many attempts.',
      wait: 8,
      over: false,
    });
    expect(failureText(failure, 6500).wait).toBe(3);
    expect(failureText(failure, 9001)).toMatchObject({ wait: 0, over: true });
    const wrong = failureOf(new Denied('wrong', 'Not right.'), 0);
    expect(failureText(wrong, 5)).toEqual({ text: 'Not right.', wait: 0, over: false });
  });

  test('does not swallow what is no refusal', () => {
    expect(() => failureOf(new TypeError('a bug'), 0)).toThrow('a bug');
  });
});

describe('words', () => {
  test('for grants', () => {
    const names = (key: string) => ({ 'friend/jane/phone': 'Jane Doe' })[key];
    expect(grantText('*')).toBe('Everything');
    expect(grantText('friend')).toBe('All friends');
    expect(grantText('friend/jane')).toBe('jane, all devices');
    expect(grantText('friend/jane/phone', names)).toBe('Jane Doe (jane/phone)');
    expect(grantText('probot/R2')).toBe('R2');
  });

  test('a grant makes those within it superfluous', () => {
    expect(withGrant(['friend/jane/phone', 'probot'], 'friend/jane')).toEqual([
      'friend/jane',
      'probot',
    ]);
    expect(withGrant(['friend'], 'friend/jane')).toEqual(['friend']);
    expect(withGrant(['friend', 'probot'], '*')).toEqual(['*']);
    expect(withGrant(['friend/jane'], 'friend/janet')).toEqual(['friend/jane', 'friend/janet']);
  });

  test('what can be given comes from what there is', () => {
    const keys = ['friend/jane/phone', 'probot/R2'];
    expect(grantChoices('see', keys)).toEqual([
      '*',
      'friend',
      'probot',
      'region',
      'friend/jane',
      'friend/jane/phone',
      'probot/R2',
    ]);
    expect(grantChoices('drive', keys)).toEqual(['probot', 'probot/R2']);
    expect(grantChoices('own', keys)).toEqual(['friend/jane', 'friend/jane/phone']);
  });

  test.each([
    ['Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', 'Firefox on Linux'],
    [
      'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Version/18.0 Safari/604',
      'Safari on iOS',
    ],
    ['Mozilla/5.0 (Windows NT 10.0) Chrome/150.0 Safari/537.36 Edg/150.0', 'Edge on Windows'],
    ['curl/8.5', 'curl/8.5'],
    ['', 'Unknown browser'],
  ])('%s', (agent, name) => {
    expect(browserName(agent)).toBe(name);
  });

  test('a suggested password has 16 letters without those that look alike', () => {
    const bytes = Uint8Array.from({ length: 64 }, (_, n) => (n * 37) % 256);
    expect(passwordFrom(bytes)).toMatch(/^[a-hj-km-np-z2-9]{4}(-[a-hj-km-np-z2-9]{4}){3}$/);
    expect(() => passwordFrom(new Uint8Array(10))).toThrow(RangeError);
  });

  test('times survive their fields', () => {
    const at = Math.floor(1_795_235_000 / 60) * 60;
    expect(fromInput(toInput(at))).toBe(at);
    expect(fromInput('')).toBeUndefined();
    expect(fromInput('soon')).toBeUndefined();
  });

  test('a link ends when it was said to', () => {
    expect(endOf('4', 1000)).toBe(1000 + 4 * 3600);
    expect(endOf('', 1000)).toBeUndefined();
    expect(endOf('nonsense', 1000)).toBeUndefined();
    const midnight = new Date((endOf('tonight', 1_795_235_000) ?? 0) * 1000);
    expect([midnight.getHours(), midnight.getMinutes()]).toEqual([23, 59]);
  });
});

describe('the address of a link', () => {
  test.each([
    ['https://x.org/#share=s', 'https://x.org/', 'https://x.org/#share=s'],
    ['https://x.org/#share=s', 'https://x.org/map/', 'https://x.org/map/#share=s'],
    // The settings know better.
    ['https://y.org/#share=s', 'https://x.org/map/', 'https://y.org/#share=s'],
    ['https://x.org/other/#share=s', 'https://x.org/map/', 'https://x.org/other/#share=s'],
  ])('%s on a page at %s is %s', (said, page, shown) => {
    expect(below(said, new URL(page))).toBe(shown);
  });
});
