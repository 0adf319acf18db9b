/**
 * A rule as whole sentences, whose parts are known: each sentence is one message of the catalogue, so
 * that every language has its own order, and the parts are found again in what comes out of it.
 */
import { plural, t } from '@lingui/core/macro';
import { spanText } from '../../ui/times';
import { kindIn, thresholdOf } from './conditions';
import { marginOf } from './margins';
import type { Condition, Slot, Wishes } from './model';
import { limitText, wallText, whenText, whoText, whomText } from './phrases';
import type { Names } from './phrases';

/** A stretch of a sentence; with a slot it is a part that can be chosen. */
export interface Piece {
  readonly text: string;
  readonly slot?: Slot;
  /** Nothing is chosen for it yet. */
  readonly missing?: boolean;
}

export type Sentence = readonly Piece[];

// Letters that no name has: of the private use area, for ourselves.
const [OPEN, MIDDLE, CLOSE] = ['\uE000', '\uE001', '\uE002'];
const PARTS = /(\uE000[^\uE002]*\uE002|<0>.*?<\/0>)/u;
const OURS = /[\uE000-\uE002]/gu;

/** All of a rule: what happens and who is told; who else later; how often. */
export function sentencesOf(rule: Wishes, names: Names): readonly Sentence[] {
  const now = rule.tell.filter(({ after }) => after <= 0).map(({ account }) => account);
  const whom =
    now.length === 0 ? slot('whom', t`nobody at first`, false) : slot('whom', whomText(now, names));
  const nobody = rule.tell.length === 0;
  const parts: Parts = {
    who: slot('who', whoText(rule.about, names) || t`somebody…`, rule.about.length === 0),
    when: slot('when', whenText(rule.hours)),
    whom: nobody ? slot('whom', t`nobody…`, true) : whom,
    names,
    clients: kindIn(rule.about[0] ?? '') === 'client',
  };
  return [
    pieces(mainText(rule.condition, parts)),
    ...laterTexts(rule, names).map(pieces),
    pieces(oftenText(rule)),
    ...overTexts(rule.condition).map(pieces),
  ];
}

/** The sentences without their parts: for lists, and for those who hear them. */
export function plainText(rule: Wishes, names: Names): string {
  const sentences = sentencesOf(rule, names);
  // How far back is usual need not be read in a list; the editor shows it, to be changed.
  const usual = marginOf(rule.condition) !== undefined && rule.condition.margin === undefined;
  return (usual ? sentences.slice(0, -1) : sentences)
    .map((sentence) => sentence.map(({ text }) => text).join(''))
    .join(' ');
}

/** Only what happens and who is told. */
export function shortText(rule: Wishes, names: Names): string {
  return sentencesOf(rule, names)
    .slice(0, 1)
    .flatMap((sentence) => sentence.map(({ text }) => text))
    .join('');
}

interface Parts {
  readonly who: string;
  readonly when: string;
  readonly whom: string;
  readonly names: Names;
  /** It is about clients themselves, and not about those of a broker. */
  readonly clients: boolean;
}

function slot(name: Slot, text: string, missing = false): string {
  return `${OPEN}${name}${missing ? '?' : ''}${MIDDLE}${text.replace(OURS, '')}${CLOSE}`;
}

/** Take a sentence apart. What stands in `<0>` is what happens. */
export function pieces(text: string): Sentence {
  return text
    .split(PARTS)
    .filter((part) => part !== '')
    .map((part) => {
      if (part.startsWith('<0>')) return { slot: 'what', text: part.slice(3, -4) } as const;
      if (!part.startsWith(OPEN)) return { text: part };
      const [name = '', inside = ''] = part.slice(1, -1).split(MIDDLE);
      const missing = name.endsWith('?');
      return { slot: name.replace('?', '') as Slot, text: inside, ...(missing && { missing }) };
    });
}

function mainText(condition: Condition, parts: Parts): string {
  switch (condition.type) {
    case 'arrives':
    case 'leaves':
    case 'absent':
    case 'stays':
    case 'near':
      return whereText(condition, parts);
    case 'battery':
    case 'silent':
    case 'speed':
      return deviceText(condition, parts);
    default:
      return machineText(condition, parts);
  }
}

/** Of somebody and a place. */
function whereText(condition: Condition, { who, when, whom, names }: Parts): string {
  const { type, region, other, by } = condition;
  const place = slot(
    'place',
    region === undefined ? t`a place…` : names.region(region),
    region === undefined,
  );
  const long = limitSlot(condition, 'long');
  switch (type) {
    case 'arrives':
      return t`When ${who} <0>arrives at</0> ${place} ${when}, tell ${whom}.`;
    case 'leaves':
      return t`When ${who} <0>leaves</0> ${place} ${when}, tell ${whom}.`;
    case 'absent': {
      const time = slot('by', wallText(by ?? '08:30'));
      return t`When ${who} <0>is not at</0> ${place} by ${time} ${when}, tell ${whom}.`;
    }
    case 'stays':
      return t`When ${who} <0>stays at</0> ${place} for more than ${long} ${when}, tell ${whom}.`;
    default: {
      const somebody = slot(
        'other',
        other === undefined ? t`somebody else…` : names.thing(other),
        other === undefined,
      );
      const far = limitSlot(condition, 'far');
      return t`When ${who} <0>comes closer than</0> ${far} to ${somebody} ${when}, tell ${whom}.`;
    }
  }
}

/** Of a phone or a robot: its battery, its silence, its speed. */
function deviceText(condition: Condition, { who, when, whom }: Parts): string {
  const { type, by, below, seconds } = condition;
  const limit = limitSlot(condition, 'limit');
  const long = limitSlot(condition, 'long');
  if (type === 'silent') {
    const usual = slot('long', t`for longer than usual`);
    return seconds === undefined
      ? t`When ${who} <0>is silent</0> ${usual} ${when}, tell ${whom}.`
      : t`When ${who} <0>is silent for</0> ${long} ${when}, tell ${whom}.`;
  }
  if (type === 'speed') {
    return seconds === undefined || seconds <= 0
      ? t`When ${who} <0>goes faster than</0> ${limit} ${when}, tell ${whom}.`
      : t`When ${who} <0>goes faster than</0> ${limit} for ${long} ${when}, tell ${whom}.`;
  }
  if (by === undefined) {
    return t`When the <0>battery</0> of ${who} falls below ${limit} ${when}, tell ${whom}.`;
  }
  const time = slot('by', wallText(by));
  return below === undefined
    ? t`When the <0>battery</0> of ${who} will not last until ${time} ${when}, tell ${whom}.`
    : t`When the <0>battery</0> of ${who} falls below ${limit} and will not last until ${time} ${when}, tell ${whom}.`;
}

/** Of robots, brokers and topics. */
function machineText(condition: Condition, parts: Parts): string {
  const { who, when, whom } = parts;
  const { type, seconds } = condition;
  const long = limitSlot(condition, 'long');
  const limit = limitSlot(condition, 'limit');
  const lasting = seconds !== undefined && seconds > 0;
  switch (type) {
    case 'fallen':
      return t`When ${who} <0>has fallen</0> ${when}, tell ${whom}.`;
    case 'alarm':
      return t`When ${who} <0>raises an alarm</0> ${when}, tell ${whom}.`;
    case 'latency':
      return lasting
        ? t`When ${who} <0>answers slower than</0> ${limit} for ${long} ${when}, tell ${whom}.`
        : t`When ${who} <0>answers slower than</0> ${limit} ${when}, tell ${whom}.`;
    case 'disconnected':
      return lasting
        ? t`When the connection to ${who} <0>is lost</0> for ${long} ${when}, tell ${whom}.`
        : t`When the connection to ${who} <0>is lost</0> ${when}, tell ${whom}.`;
    case 'flapping': {
      const times = limitSlot(condition, 'times');
      if (parts.clients) {
        return t`When ${who} <0>comes and goes</0> ${times} within ${long} ${when}, tell ${whom}.`;
      }
      return t`When a client of ${who} <0>comes and goes</0> ${times} within ${long} ${when}, tell ${whom}.`;
    }
    default:
      return numberText(condition, parts);
  }
}

function numberText(condition: Condition, { when, whom }: Parts): string {
  const { topic, field, above, below, changed } = condition;
  const path = field === undefined ? (topic ?? '') : `${topic ?? ''} · ${field}`;
  const number = slot('topic', topic === undefined ? t`of a topic…` : path, topic === undefined);
  const high = slot('limit', limitText(above ?? 0, 'plain'));
  const low = slot('limit', limitText(below ?? 0, 'plain'));
  if (above !== undefined && below !== undefined) {
    return t`When the <0>number</0> ${number} is between ${high} and ${low} ${when}, tell ${whom}.`;
  }
  if (above !== undefined) {
    return t`When the <0>number</0> ${number} rises above ${high} ${when}, tell ${whom}.`;
  }
  if (below !== undefined) {
    return t`When the <0>number</0> ${number} falls below ${low} ${when}, tell ${whom}.`;
  }
  const change = changed ? slot('limit', t`changes`) : slot('limit', t`does something…`, true);
  return t`When the <0>number</0> ${number} ${change} ${when}, tell ${whom}.`;
}

/** A threshold of the sentence; where it may be left out, nothing but its place. */
function limitSlot(condition: Condition, name: Slot): string {
  const threshold = thresholdOf(condition, name);
  if (!threshold) return '';
  const value = condition[threshold.field];
  if (value === undefined) return slot(name, '…', threshold.optional !== true);
  if (threshold.is === 'count') return slot(name, timesText(value));
  return slot(name, limitText(value, threshold.is));
}

function timesText(times: number): string {
  return plural(times, { one: '# time', other: '# times' });
}

/** Who is told when nobody acknowledges, a sentence for each wait. */
function laterTexts({ tell }: Wishes, names: Names): readonly string[] {
  const waits = [...new Set(tell.map(({ after }) => after))].filter((after) => after > 0);
  return waits
    .sort((a, b) => a - b)
    .map((after) => {
      const accounts = tell.filter((each) => each.after === after).map(({ account }) => account);
      const whom = slot('whom', whomText(accounts, names));
      const long = spanText(after);
      return t`If nobody acknowledges it within ${long}, tell ${whom}, too.`;
    });
}

/** How often, in one sentence. */
function oftenText({ every, again, urgent }: Wishes): string {
  const pause = spanText(every);
  const repeat = spanText(again ?? 0);
  const once = every > 0 ? t`at most once in ${pause}` : t`each time`;
  const often = slot('often', once);
  const anew = slot('often', t`again every ${repeat} until somebody acknowledges it`);
  const loud = slot('often', t`also in quiet hours`);
  if (again !== undefined && urgent) return t`Tell it ${often}, ${anew}, ${loud}.`;
  if (again !== undefined) return t`Tell it ${often}, and ${anew}.`;
  return urgent ? t`Tell it ${often}, ${loud}.` : t`Tell it ${often}.`;
}

/** How far back it must go before it may be told again; none for what knows no such thing. */
function overTexts(condition: Condition): readonly string[] {
  const margin = marginOf(condition);
  if (!margin) return [];
  const by = condition.margin ?? margin.usual;
  if (by <= 0) {
    const back = slot('margin', t`as soon as it was back`);
    return [t`Tell it again ${back}.`];
  }
  const far = slot('margin', limitText(Math.round(by * 100) / 100, margin.is));
  return [overText(condition, far)];
}

function overText({ type, above, below }: Condition, far: string): string {
  switch (type) {
    case 'near':
      return t`Tell it again only when they were ${far} further apart.`;
    case 'battery':
      return t`Tell it again only when it was charged to ${far} above the limit.`;
    case 'fallen':
      return t`Tell it again only when it stood ${far} more upright.`;
    case 'number':
      if (above !== undefined && below !== undefined) {
        return t`Tell it again only when it was ${far} outside of both limits.`;
      }
      return above === undefined
        ? t`Tell it again only when it was ${far} above the limit.`
        : t`Tell it again only when it was ${far} below the limit.`;
    default:
      return t`Tell it again only when it was ${far} below the limit.`;
  }
}
