/** What happened on a day, for the marks on the time bar. */
import { t } from '@lingui/core/macro';
import type { HistoryEvent } from '../generated';
import { keyOf } from '../app/world';
import type { Key } from '../app/world';
import type { Read } from '../net/shape';

export interface PastEvent {
  readonly kind: string;
  readonly thing: string;
  /** When it happened, epoch seconds. */
  readonly at: number;
  readonly text: string;
  /** The region whose edge was crossed, when it is one of ours. */
  readonly region?: Key;
}

/** Marks closer together than this share of the bar are one. */
const ONE_MARK = 0.004;

type NameOf = (key: Key) => string | undefined;

/** Read the `events` of an answer, with what things are called. Oldest first. */
export function readEvents(list: readonly Read<HistoryEvent>[], nameOf: NameOf): PastEvent[] {
  return list
    .filter(isMarked)
    .map((event) => ({
      kind: event.sort,
      thing: event.thing,
      at: event.tst,
      text: textOf(event, nameOf),
      ...(typeof event['region'] === 'string' ? { region: keyOf('region', event['region']) } : {}),
    }))
    .sort((a, b) => a.at - b.at);
}

/** What became of an alert later has no mark of its own: what happened has one. */
function isMarked({ sort, event }: Read<HistoryEvent>): boolean {
  return sort !== 'alert' || event === 'fired';
}

function textOf(event: Read<HistoryEvent>, nameOf: NameOf): string {
  const text = words(event, nameOf);
  // The place of an alert is what its rule names.
  return event.sort === 'alert' ? text : withPlace(text, event.place ?? '');
}

/** With what lies there, when that is known: "jane/phone left Gym (Keizersgracht 123, Amsterdam)". */
export function withPlace(text: string, place: string): string {
  return place === '' ? text : `${text} (${place})`;
}

function words(event: Read<HistoryEvent>, nameOf: NameOf): string {
  const [kind = '', ...levels] = event.thing.split('/');
  const id = levels.join('/');
  const who = nameOf(keyOf(kind, id)) ?? id;
  switch (event.sort) {
    case 'crossing':
    case 'transition': {
      const where = event.name ?? event.desc ?? t`a region`;
      const went = event.event === 'leave' ? t`${who} left ${where}` : t`${who} entered ${where}`;
      return event.inferred === true ? t`${went}, passed through (inferred)` : went;
    }
    case 'photo':
      return event.poi === undefined
        ? t`${who} took a photo`
        : t`${who} took a photo: ${event.poi}`;
    case 'alarm':
      return `${who}: ${event.why ?? t`an alarm`}`;
    case 'alert':
      return event.place === undefined ? t`Alert about ${who}` : alertText(who, event.place);
    case 'drive':
      return drivenText(who, event.what, event.who);
    default:
      return `${who}: ${event.sort}`;
  }
}

function alertText(who: string, place: string): string {
  return t`Alert about ${who}: ${place}`;
}

/** What was done with a robot, and by whom. */
function drivenText(robot: string, what: string | undefined, by: string | undefined): string {
  if (by === undefined) return `${robot}: ${what ?? ''}`;
  return what === undefined ? `${robot}: ${by}` : t`${robot}: ${what} by ${by}`;
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
