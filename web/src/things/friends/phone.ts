/** What we ask of a phone, and how far it got: as the wire carries it, and in words. */
import { PhoneShape, RegionSyncShape } from '../../generated';
import type { Phone as PhoneState, PhoneCommand, RegionSync } from '../../generated';
import { isRecord } from '../../net/protocol';
import type { Thing } from '../../net/protocol';
import { readLoosely } from '../../net/shape';
import type { Read } from '../../net/shape';

export type Command = Read<PhoneCommand>;
export type RegionsState = RegionSync['state'];

export type Phone = Omit<Read<PhoneState>, 'regions' | 'platform' | 'status'> & {
  readonly platform?: string;
  readonly regions: Read<RegionSync>;
  /** Newest first. */
  readonly commands: readonly Command[];
  /** What the phone said of itself, short texts by name. */
  readonly status: readonly (readonly [name: string, value: string])[];
};

export function readPhone(thing: Thing): Phone {
  const { platform, commands, status, ...rest } = readLoosely<PhoneState>(PhoneShape, thing);
  const regions = isRecord(thing['regions']) ? thing['regions'] : {};
  return {
    ...rest,
    ...(platform === '?' ? {} : { platform }),
    regions: readLoosely<RegionSync>(RegionSyncShape, regions, { state: 'none' }),
    commands: [...commands].sort((a, b) => b.n - a.n),
    status: Object.entries(status ?? {}),
  };
}

const NAMES: Readonly<Record<string, string>> = {
  locate: 'Where are you?',
  status: 'How are you?',
  regions: 'Send regions',
  read: 'Read regions',
  clear: 'Clear regions',
};

export function commandText(does: string): string {
  return NAMES[does] ?? does;
}

/** How far a command got, and whether that is good, bad, or still to be seen. */
export function stateText({ state }: Pick<Command, 'state'>): {
  text: string;
  tone: 'ok' | 'warn' | 'off';
} {
  switch (state) {
    case 'asked':
      return { text: 'waiting for the phone', tone: 'off' };
    case 'sent':
      return { text: 'sent, no answer yet', tone: 'off' };
    case 'done':
      return { text: 'done', tone: 'ok' };
    case 'failed':
      return { text: 'failed', tone: 'warn' };
    case 'expired':
      return { text: 'no answer in time', tone: 'warn' };
  }
}

/** Which regions the phone has, in a sentence. */
export function regionsText({ regions }: Phone): { text: string; tone: 'ok' | 'warn' | 'off' } {
  const version = regions.version === 0 ? '' : ` ${String(regions.version)}`;
  switch (regions.state) {
    case 'none':
      return { text: 'Never sent to this phone', tone: 'off' };
    case 'asked':
      return { text: `Version${version} waits for the phone`, tone: 'off' };
    case 'sent':
      return { text: `Version${version} sent, not confirmed yet`, tone: 'off' };
    case 'confirmed':
      return { text: `The phone has version${version}`, tone: 'ok' };
    case 'refused':
      return { text: 'The phone refused them', tone: 'warn' };
    case 'drifted':
      return { text: `The phone has others than version${version}`, tone: 'warn' };
  }
}
