import { describe, expect, test } from 'vitest';
import {
  asText,
  filterFault,
  hexDump,
  payloadOf,
  tidyJson,
  topicFault,
  typed,
} from '../src/console/payload';

describe('a payload', () => {
  test('that is text comes as text, anything else as base64, and both as the bytes they are', () => {
    expect([...payloadOf({ payload: 'é' })]).toEqual([0xc3, 0xa9]);
    expect([...payloadOf({ base64: 'AP8K' })]).toEqual([0, 255, 10]);
    expect(payloadOf({ base64: '!' })).toHaveLength(0);
    expect(payloadOf({})).toHaveLength(0);
  });

  test('is text only when every byte of it is, the byte order mark included', () => {
    expect(asText(new TextEncoder().encode('\ufeffGrüße'))).toBe('\ufeffGrüße');
    expect(asText(Uint8Array.of(0x61, 0xff))).toBeNull();
  });

  test('in hex has its offset and what can be read', () => {
    expect(hexDump(Uint8Array.of(0, 255, 65, 60, 32, 1, 2, 3, 66))).toBe(
      '0000  00 ff 41 3c 20 01 02 03  ··A< ···\n0008  42                       B',
    );
    expect(hexDump(new Uint8Array())).toBe('');
  });
});

describe('tidy JSON', () => {
  test.each([
    ['{"a":[1,2],"b":{}}', '{\n  "a": [\n    1,\n    2\n  ],\n  "b": {}\n}'],
    ['[ ]', '[]'],
    ['{"n":12345678901234567890,"f":1.0}', '{\n  "n": 12345678901234567890,\n  "f": 1.0\n}'],
    ['{"a":1,"a":2}', '{\n  "a": 1,\n  "a": 2\n}'],
    ['["a,{\\"]", " x "]', '[\n  "a,{\\"]",\n  " x "\n]'],
  ])('of %s', (text, tidy) => {
    expect(tidyJson(text)).toBe(tidy);
  });

  test.each(['12', '"text"', '{"a":', 'ProBot1,87', ''])('is not made of %j', (text) => {
    expect(tidyJson(text)).toBeNull();
  });
});

describe('what somebody types', () => {
  test.each([
    ['text', 'é', { ok: true, size: 2 }],
    ['json', '{"a": 1}', { ok: true, size: 8 }],
    ['hex', '00 ff\n0A', { ok: true, size: 3 }],
    ['hex', '', { ok: true, size: 0 }],
  ] as const)('as %s: %j', (form, text, expected) => {
    expect(typed(form, text)).toEqual(expected);
  });

  test.each([
    ['json', '{', 'Not JSON'],
    ['json', '', 'Not JSON'],
    ['hex', '0', 'Half a byte'],
    ['hex', '0g', '“g” is not'],
  ] as const)('as %s: %j is no payload', (form, text, why) => {
    const said = typed(form, text);
    expect(said.ok ? '' : said.why).toContain(why);
  });

  test.each(['a/+', '#', 'a\0', ''])('%j is no topic', (topic) => {
    expect(topicFault(topic)).not.toBeNull();
  });

  test.each(['', 'a#', '#/a', 'a/b+', 'x'.repeat(65_536)])('%j is no filter', (filter) => {
    expect(filterFault(filter)).not.toBeNull();
  });

  test.each(['#', 'a/#', '+/b', '+', 'a/+/c', '/', '$SYS/#'])('%j is a filter', (filter) => {
    expect(filterFault(filter)).toBeNull();
  });
});
