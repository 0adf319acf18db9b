/** What we ask of a phone, and how far it got: as the wire carries it, and in words. */
import { t } from '@lingui/core/macro';
import { PhoneShape, RegionSyncShape } from '../../generated';
import type { Phone as PhoneState, PhoneCommand, RegionSync } from '../../generated';
import { isRecord } from '../../net/record';
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

function names(): Readonly<Record<string, string>> {
  return {
    locate: t`Where are you?`,
    status: t`How are you?`,
    regions: t`Send regions`,
    read: t`Read regions`,
    clear: t`Clear regions`,
  };
}

export function commandText(does: string): string {
  return names()[does] ?? does;
}

/** How far a command got, and whether that is good, bad, or still to be seen. */
export function stateText({ state }: Pick<Command, 'state'>): {
  text: string;
  tone: 'ok' | 'warn' | 'off';
} {
  switch (state) {
    case 'asked':
      return { text: t`waiting for the phone`, tone: 'off' };
    case 'sent':
      return { text: t`sent, no answer yet`, tone: 'off' };
    case 'done':
      return { text: t`done`, tone: 'ok' };
    case 'failed':
      return { text: t`failed`, tone: 'warn' };
    case 'expired':
      return { text: t`no answer in time`, tone: 'warn' };
  }
}

/** Which regions the phone has, in a sentence. */
export function regionsText({ regions }: Phone): { text: string; tone: 'ok' | 'warn' | 'off' } {
  const { state, version } = regions;
  const known = version !== 0;
  switch (state) {
    case 'none':
      return { text: t`Never sent to this phone`, tone: 'off' };
    case 'asked':
      return {
        text: known ? t`Version ${version} waits for the phone` : t`Waiting for the phone`,
        tone: 'off',
      };
    case 'sent':
      return {
        text: known ? t`Version ${version} sent, not confirmed yet` : t`Sent, not confirmed yet`,
        tone: 'off',
      };
    case 'confirmed':
      return {
        text: known ? t`The phone has version ${version}` : t`The phone has them`,
        tone: 'ok',
      };
    case 'refused':
      return { text: t`The phone refused them`, tone: 'warn' };
    case 'drifted':
      return {
        text: known ? t`The phone has others than version ${version}` : t`The phone has others`,
        tone: 'warn',
      };
  }
}
