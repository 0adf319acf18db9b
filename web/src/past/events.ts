/** What happened on a day, for the marks on the time bar. */
import { isRecord } from '../net/protocol';

export interface PastEvent {
  readonly kind: string;
  readonly thing: string;
  /** When it happened, epoch seconds. */
  readonly at: number;
  readonly text: string;
}

/** Marks closer together than this share of the bar are one. */
const ONE_MARK = 0.004;

/** Read the `events` of an answer; what cannot be read is left out. Oldest first. */
export function readEvents(list: unknown): PastEvent[] {
  if (!Array.isArray(list)) return [];
  const events: PastEvent[] = [];
  for (const item of list as unknown[]) {
    if (!isRecord(item)) continue;
    const { sort, thing, tst, at: heard } = item;
    const at = typeof tst === 'number' ? tst : heard;
    if (typeof sort !== 'string' || typeof thing !== 'string' || typeof at !== 'number') continue;
    events.push({ kind: sort, thing, at, text: words(sort, thing, item) });
  }
  return events.sort((a, b) => a.at - b.at);
}

function words(kind: string, thing: string, item: Readonly<Record<string, unknown>>): string {
  const text = (name: string) => (typeof item[name] === 'string' ? item[name] : '');
  const who = thing.split('/').slice(1).join('/');
  switch (kind) {
    case 'crossing':
    case 'transition': {
      const where = text('name') || text('desc') || 'a region';
      const how = item['inferred'] === true ? ', passed through (inferred)' : '';
      return `${who} ${text('event') === 'leave' ? 'left' : 'entered'} ${where}${how}`;
    }
    case 'alarm':
      return `${who}: ${text('why') || text('text') || 'an alarm'}`;
    case 'drive':
      return `${who}: ${[text('what'), text('by') || text('who')].filter(Boolean).join(' by ')}`;
    default:
      return `${who}: ${kind}`;
  }
}

export interface EventMark {
  /** Where on the bar, from 0 to 1. */
  readonly share: number;
  readonly events: readonly PastEvent[];
}

/** Put events that would stand on each other into one mark. */
export function marksOf(events: readonly PastEvent[], share: (at: number) => number): EventMark[] {
  const marks: { share: number; events: PastEvent[] }[] = [];
  for (const event of events) {
    const place = share(event.at);
    const last = marks.at(-1);
    if (last && place - last.share < ONE_MARK) last.events.push(event);
    else marks.push({ share: place, events: [event] });
  }
  return marks;
}
