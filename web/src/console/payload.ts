import { t } from '@lingui/core/macro';
/**
 * Payloads as people read and write them: text, JSON, bytes in hex. A payload is bytes; nothing
 * here changes any of them.
 */

export type Form = 'text' | 'json' | 'hex';

const STRICT = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const ENCODER = new TextEncoder();

/** Bytes in one line of a hex dump. */
const LINE = 8;

/** The bytes of a message as the server tells them: `payload` is text, `base64` anything else. */
export function payloadOf(fields: Readonly<Record<string, unknown>>): Uint8Array {
  const { payload, base64 } = fields;
  if (typeof payload === 'string') return ENCODER.encode(payload);
  if (typeof base64 !== 'string') return new Uint8Array();
  try {
    return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  } catch {
    return new Uint8Array();
  }
}

/** The bytes as text; null when they are none. */
export function asText(bytes: Uint8Array): string | null {
  try {
    return STRICT.decode(bytes);
  } catch {
    return null;
  }
}

/** Offset, eight bytes, and what of them can be read: narrow enough for a phone. */
export function hexDump(bytes: Uint8Array): string {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += LINE) {
    const part = [...bytes.subarray(at, at + LINE)];
    const hex = part.map((byte) => byte.toString(16).padStart(2, '0'));
    const shown = hex.join(' ').padEnd(LINE * 3 - 1);
    const read = part.map((byte) =>
      byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '·',
    );
    lines.push(`${at.toString(16).padStart(4, '0')}  ${shown}  ${read.join('')}`);
  }
  return lines.join('\n');
}

/**
 * JSON with line breaks, token by token: numbers of any length and keys that come twice stay as they
 * are, which JSON.parse would change. Null when it is no JSON, or no object or list.
 */
export function tidyJson(text: string): string | null {
  const trimmed = text.trim();
  if (!/^[[{]/.test(trimmed) || whyNotJson(trimmed) !== null) return null;
  let out = '';
  let depth = 0;
  let quoted = false;
  const newLine = () => `\n${'  '.repeat(depth)}`;
  for (let at = 0; at < trimmed.length; at++) {
    const character = trimmed.charAt(at);
    if (quoted) {
      out += character;
      if (character === '\\') out += trimmed.charAt(++at);
      else if (character === '"') quoted = false;
      continue;
    }
    switch (character) {
      case '"':
        quoted = true;
        out += character;
        break;
      case '{':
      case '[': {
        const rest = trimmed.slice(at + 1).match(/^\s*([}\]])/);
        if (rest) {
          out += character + (rest[1] ?? '');
          at += rest[0].length;
        } else {
          depth += 1;
          out += character + newLine();
        }
        break;
      }
      case '}':
      case ']':
        depth -= 1;
        out += newLine() + character;
        break;
      case ',':
        out += character + newLine();
        break;
      case ':':
        out += ': ';
        break;
      default:
        if (!/\s/.test(character)) out += character;
    }
  }
  return out;
}

/** What is wrong with a text that should be JSON, or null. */
export function whyNotJson(text: string): string | null {
  try {
    JSON.parse(text);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

export type Typed =
  { readonly ok: true; readonly size: number } | { readonly ok: false; readonly why: string };

/** What somebody typed as a payload: its size in bytes, or why it cannot be sent. */
export function typed(form: Form, text: string): Typed {
  if (form === 'hex') {
    const digits = text.replace(/\s+/g, '');
    const stray = /[^0-9a-f]/i.exec(digits);
    if (stray) return { ok: false, why: t`“${stray[0]}” is not a hexadecimal digit.` };
    if (digits.length % 2 === 1) return { ok: false, why: t`Half a byte: two digits make one.` };
    return { ok: true, size: digits.length / 2 };
  }
  if (form === 'json') {
    const why = whyNotJson(text);
    if (why !== null) return { ok: false, why: t`Not JSON: ${why}` };
  }
  return { ok: true, size: ENCODER.encode(text).length };
}

/** What is wrong with a topic to publish to, or null. */
export function topicFault(topic: string): string | null {
  if (topic === '') return t`Say which topic.`;
  if (/[+#]/.test(topic)) return t`A topic has no wildcards: + and # are for subscriptions.`;
  return tooLong(topic);
}

/** What is wrong with a filter to subscribe to, or null. */
export function filterFault(filter: string): string | null {
  if (filter === '') return t`Say which topics.`;
  const levels = filter.split('/');
  for (const [index, level] of levels.entries()) {
    if (level.includes('#') && (level !== '#' || index < levels.length - 1)) {
      return t`# stands alone, and only at the end.`;
    }
    if (level.includes('+') && level !== '+') return t`+ stands for a whole level: a/+/c.`;
  }
  return tooLong(filter);
}

function tooLong(text: string): string | null {
  if (text.includes('\0')) return t`There is a NUL in it.`;
  return ENCODER.encode(text).length > 65_535 ? t`It is longer than MQTT allows.` : null;
}
