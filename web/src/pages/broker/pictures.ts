/** The pictures of the history: which figures are drawn together. */
import { t } from '@lingui/core/macro';
import { bytes, grouped } from '../../ui/numbers';
import type { Curve } from './chart';

interface Picture {
  readonly id: string;
  readonly name: string;
  readonly curves: readonly Curve[];
  text(value: number): string;
}

const perSecond = (value: number) =>
  value < 10 ? grouped(Number(value.toFixed(1))) : grouped(Math.round(value));

export const pictures = (): readonly Picture[] => [
  {
    id: 'messages',
    name: t`Messages`,
    curves: [
      { of: 'publish/messages/received/s', name: t`received/s`, colour: 'c1' },
      { of: 'publish/messages/sent/s', name: t`sent/s`, colour: 'c2' },
    ],
    text: perSecond,
  },
  {
    id: 'bytes',
    name: t`Bytes`,
    curves: [
      { of: 'bytes/received/s', name: t`received/s`, colour: 'c1' },
      { of: 'bytes/sent/s', name: t`sent/s`, colour: 'c2' },
    ],
    text: (value) => bytes(Math.round(value)),
  },
  {
    id: 'clients',
    name: t`Clients`,
    curves: [
      { of: 'clients/connected', name: t`connected`, colour: 'c5' },
      { of: 'clients/disconnected', name: t`away`, colour: 'c3' },
    ],
    text: grouped,
  },
  {
    id: 'memory',
    name: t`Memory`,
    curves: [{ of: 'heap/current', name: t`in use`, colour: 'c7' }],
    text: (value) => bytes(Math.round(value)),
  },
];
