/** The pictures of the history: which figures are drawn together. */
import { bytes, grouped } from '../../ui/numbers';
import type { Curve } from './chart';

interface Picture {
  readonly name: string;
  readonly curves: readonly Curve[];
  text(value: number): string;
}

const perSecond = (value: number) =>
  value < 10 ? grouped(Number(value.toFixed(1))) : grouped(Math.round(value));

export const PICTURES: readonly Picture[] = [
  {
    name: 'Messages',
    curves: [
      { of: 'publish/messages/received/s', name: 'received/s', colour: 'c1' },
      { of: 'publish/messages/sent/s', name: 'sent/s', colour: 'c2' },
    ],
    text: perSecond,
  },
  {
    name: 'Bytes',
    curves: [
      { of: 'bytes/received/s', name: 'received/s', colour: 'c1' },
      { of: 'bytes/sent/s', name: 'sent/s', colour: 'c2' },
    ],
    text: (value) => bytes(Math.round(value)),
  },
  {
    name: 'Clients',
    curves: [
      { of: 'clients/connected', name: 'connected', colour: 'c5' },
      { of: 'clients/disconnected', name: 'away', colour: 'c3' },
    ],
    text: grouped,
  },
  {
    name: 'Memory',
    curves: [{ of: 'heap/current', name: 'in use', colour: 'c7' }],
    text: (value) => bytes(Math.round(value)),
  },
];
