/** What we ask of a phone, and how far it got: as the wire carries it, and in words. */
import { isRecord } from '../../net/protocol';
import type { Thing } from '../../net/protocol';
import { field, present } from '../fields';

export type CommandName = 'locate' | 'status' | 'regions' | 'read' | 'clear';
export type CommandState = 'asked' | 'sent' | 'done' | 'failed' | 'expired';
export type RegionsState = 'none' | 'asked' | 'sent' | 'confirmed' | 'refused' | 'drifted';

export interface Command {
  readonly n: number;
  readonly does: CommandName | string;
  readonly state: CommandState;
  /** Epoch seconds. */
  readonly at?: number;
  readonly by?: string;
  readonly why?: string;
}

export interface Phone {
  /** "mqtt" or "http"; absent when unknown. */
  readonly transport?: string;
  /** The title of an app other than OwnTracks: it takes no commands. */
  readonly app?: string;
  readonly encrypted: boolean;
  readonly platform?: string;
  readonly regions: {
    readonly state: RegionsState;
    readonly version?: number;
    readonly at?: number;
    readonly why?: string;
  };
  /** Newest first. */
  readonly commands: readonly Command[];
  /** What the phone said of itself, short texts by name. */
  readonly status: readonly (readonly [name: string, value: string])[];
}

const COMMAND_STATES: readonly CommandState[] = ['asked', 'sent', 'done', 'failed', 'expired'];
const REGION_STATES: readonly RegionsState[] = [
  'none',
  'asked',
  'sent',
  'confirmed',
  'refused',
  'drifted',
];

export function readPhone(thing: Thing): Phone {
  const regions = isRecord(thing['regions']) ? thing['regions'] : {};
  const status = isRecord(thing['status']) ? thing['status'] : {};
  const platform = field.text(thing, 'platform');
  return {
    encrypted: thing['encrypted'] === true,
    regions: {
      state: REGION_STATES.find((each) => each === regions['state']) ?? 'none',
      ...present({
        version: number(regions['version']),
        at: number(regions['at']),
        why: text(regions['why']),
      }),
    },
    commands: commandsOf(thing['commands']),
    status: Object.entries(status).flatMap(([name, value]) =>
      typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
        ? [[name, String(value)] as const]
        : [],
    ),
    ...present({
      transport: field.text(thing, 'transport'),
      app: field.text(thing, 'app'),
      platform: platform === '?' ? undefined : platform,
    }),
  };
}

function commandsOf(raw: unknown): Command[] {
  if (!Array.isArray(raw)) return [];
  return raw
    .filter(isRecord)
    .map((each) => ({
      n: number(each['n']) ?? 0,
      does: text(each['do']) ?? '?',
      state: COMMAND_STATES.find((state) => state === each['state']) ?? 'asked',
      ...present({
        at: number(each['at']),
        by: text(each['by']),
        why: text(each['why']),
      }),
    }))
    .sort((a, b) => b.n - a.n);
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
  const version = regions.version === undefined ? '' : ` ${String(regions.version)}`;
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

function number(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
