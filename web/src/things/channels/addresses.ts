/**
 * The address of a way to be told, made of what somebody fills in. Addresses are written as apprise
 * reads them; whatever is in a field is escaped, so that it stays within its part.
 */
import { t } from '@lingui/core/macro';
import { Denied } from '../../net/api';

export type Way = 'mail' | 'ntfy' | 'telegram' | 'matrix' | 'other';

/** The value of a field by its name. */
export type Fields = (name: string) => string;

/** Something that was filled in is no such thing; `field` says which, `why` is for people. */
export class Misfilled extends Denied {
  readonly field: string;

  constructor(field: string, why: string) {
    super('malformed', why);
    this.field = field;
  }
}

/** What an address of this way begins with: it is offered when the server speaks one of them. */
export const SCHEMES: Readonly<Record<Way, readonly string[]>> = {
  mail: ['mailtos', 'mailto'],
  ntfy: ['ntfys', 'ntfy'],
  telegram: ['tgram'],
  matrix: ['matrixs', 'matrix'],
  other: [],
};

/** The ways that a server offers which reads addresses with these beginnings. */
export function waysOf(schemes: readonly string[]): Way[] {
  if (schemes.length === 0) return [];
  const ways: Way[] = ['mail', 'ntfy', 'telegram', 'matrix'];
  const spoken = ways.filter((way) => SCHEMES[way].some((each) => schemes.includes(each)));
  return [...spoken, 'other'];
}

/** The address; throws Misfilled. */
export function addressOf(way: Way, fields: Fields): string {
  const value: Fields = (name) => fields(name).trim();
  switch (way) {
    case 'mail':
      return mailAddress(value);
    case 'ntfy':
      return ntfyAddress(value);
    case 'telegram':
      return telegramAddress(value);
    case 'matrix':
      return matrixAddress(value);
    case 'other':
      return otherAddress(value);
  }
}

const escaped = encodeURIComponent;

function mailAddress(value: Fields): string {
  const to = value('to');
  if (!/^[^\s@]+@[^\s@]+$/.test(to)) {
    throw new Misfilled('to', t`This is no e-mail address: ${to}`);
  }
  const { host, port, plain } = serverOf(value('server'), 'server');
  const user = value('user');
  const from = value('from') === '' ? (user.includes('@') ? user : to) : value('from');
  const login = user === '' ? '' : `${escaped(user)}:${escaped(value('password'))}@`;
  // Port 465 is encrypted from the first byte on; others change over once connected.
  const mode = plain ? '' : port === '465' ? '&mode=ssl' : '&mode=starttls';
  const at = port === '' ? host : `${host}:${port}`;
  return (
    `${plain ? 'mailto' : 'mailtos'}://${login}${at}` +
    `?smtp=${escaped(host)}&from=${escaped(from)}&to=${escaped(to)}${mode}`
  );
}

function ntfyAddress(value: Fields): string {
  const topic = value('topic');
  if (!/^[-_A-Za-z0-9]{1,64}$/.test(topic)) {
    throw new Misfilled('topic', t`A topic has letters, digits, - and _ only.`);
  }
  const { host, port, plain } = serverOf(value('server') || 'ntfy.sh', 'server');
  const token = value('token');
  const at = port === '' ? host : `${host}:${port}`;
  const key = token === '' ? '' : `${escaped(token)}@`;
  const auth = token === '' ? '' : '?auth=token';
  return `${plain ? 'ntfy' : 'ntfys'}://${key}${at}/${topic}${auth}`;
}

function telegramAddress(value: Fields): string {
  const token = value('token').replace(/^bot/, '');
  if (!/^\d+:[-_A-Za-z0-9]+$/.test(token)) {
    throw new Misfilled('token', t`A bot’s token looks like 123456789:AAF…`);
  }
  const chat = value('chat');
  if (!/^(-?\d+|@\w+)$/.test(chat)) {
    throw new Misfilled('chat', t`A chat is a number, or the @name of a channel.`);
  }
  return `tgram://${token}/${chat}/`;
}

function matrixAddress(value: Fields): string {
  const { host, port, plain } = serverOf(value('server'), 'server');
  const room = value('room');
  if (!/^[#!][^\s/]+$/.test(room)) {
    throw new Misfilled('room', t`A room begins with # or !, for example #family:example.org`);
  }
  const at = port === '' ? host : `${host}:${port}`;
  const login = `${escaped(value('user'))}:${escaped(value('password'))}@`;
  return `${plain ? 'matrix' : 'matrixs'}://${login}${at}/${escaped(room)}`;
}

function otherAddress(value: Fields): string {
  const address = value('address');
  if (!/^[a-z][a-z0-9+.-]*:\/\/\S+$/i.test(address)) {
    throw new Misfilled('address', t`An address looks like service://something/more`);
  }
  return address;
}

/** A server as people write it: `mail.example.org`, `http://10.0.0.5:8080`. */
function serverOf(text: string, field: string): { host: string; port: string; plain: boolean } {
  const [, scheme = '', host = '', port = ''] =
    /^(?:(https?|smtps?):\/\/)?([A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\])(?::(\d{1,5}))?\/?$/.exec(text) ??
    [];
  if (host === '') throw new Misfilled(field, t`This is no server’s name: ${text}`);
  return { host, port, plain: scheme === 'http' || scheme === 'smtp' };
}
