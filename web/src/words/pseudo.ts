/**
 * English that looks foreign, for developers: accents and a third more letters show what is not in
 * the catalogue and what has no room.
 */
import type { I18n, MessageDescriptor } from '@lingui/core';

const FROM = 'aceinorsuyzACEINORSUYZ';
const TO = 'àçéïñöŕšüýžÀÇÉÏÑÖŔŠÜÝŽ';

/** Make every message of this catalogue look foreign. */
export function pretend(i18n: I18n): void {
  const plain = i18n._.bind(i18n) as (message: MessageDescriptor) => string;
  const foreign = (message: MessageDescriptor) =>
    plain({ ...message, message: foreignMessage(message.message) as string });
  Object.assign(i18n, { _: foreign, t: foreign });
}

/** A parsed message with its words made foreign; its values, plurals and tags stay. */
export function foreignMessage(message: unknown): unknown {
  if (typeof message === 'string') return foreignText(message);
  if (!Array.isArray(message)) return message;
  return message.map((token: unknown) => {
    if (token === '#') return token;
    if (typeof token === 'string') return foreignText(token);
    if (!Array.isArray(token) || typeof token[2] !== 'object') return token;
    const [name, type, forms] = token as [string, string, Record<string, unknown>];
    const made = Object.entries(forms).map(([form, inside]) => [form, foreignMessage(inside)]);
    return [name, type, Object.fromEntries(made)];
  });
}

/** "Add a phone" as "Àdd à phöñé~~~". Tags stay as they are. */
export function foreignText(text: string): string {
  return text
    .split(/(<[^>]*>)/)
    .map((part, index) => (index % 2 === 1 ? part : longer(part)))
    .join('');
}

function longer(text: string): string {
  const letters = [...text].map((letter) => TO[FROM.indexOf(letter)] ?? letter).join('');
  return letters + '~'.repeat(Math.floor(text.trim().length / 3));
}
