/** Which alerts are shown, and in which order: what waits first, the newest first, by day. */
import { dayName } from '../../ui/times';
import { shownZone } from '../../ui/customs';
import { wallOf } from '../../ui/zone';
import type { Key, Picture } from '../../app/world';
import { concerns } from './count';
import { isAbout, readAlert } from './read';
import type { Alert, Status } from './read';

/** So many are drawn at first, and with every wish for more. */
export const PAGE = 50;

export const STATUSES: readonly Status[] = ['open', 'acknowledged', 'resolved'];

/** What somebody wants to see of them; empty: everything. */
export interface Filter {
  /** The thing they are about. */
  readonly thing: Key | '';
  /** The key of the rule. */
  readonly rule: Key | '';
  /** Also those of others, for an admin. */
  readonly others: boolean;
}

export const EVERYTHING: Filter = { thing: '', rule: '', others: false };

export interface Day {
  /** `2026-11-30`. */
  readonly name: string;
  /** A time within it, epoch seconds. */
  readonly at: number;
  readonly alerts: readonly Alert[];
}

export interface Stretch {
  readonly status: Status;
  /** How many there are, of which not all need be drawn. */
  readonly count: number;
  readonly days: readonly Day[];
}

export interface Arranged {
  readonly stretches: readonly Stretch[];
  /** How many there are that are not drawn. */
  readonly more: number;
}

/** All alerts of a picture, the newest first. */
export function alertsOf(picture: Picture): Alert[] {
  return [...picture.kind('alert').values()].map(readAlert).sort(newestFirst);
}

/** Those about one thing: all that wait, and the last of the others. */
export function alertsAbout(picture: Picture, key: Key, last: number): Alert[] {
  const about = alertsOf(picture).filter((alert) => isAbout(alert, key));
  const open = about.filter(({ status }) => status === 'open');
  return [...open, ...about.filter(({ status }) => status !== 'open').slice(0, last)];
}

/** What passes the filter, for an account (null: a visitor without one). */
export function filtered(picture: Picture, filter: Filter, account: string | null): Alert[] {
  const { thing, rule, others } = filter;
  return alertsOf(picture).filter(
    (alert) =>
      (others || isMine(picture, alert, account)) &&
      (thing === '' || isAbout(alert, thing)) &&
      (rule === '' || alert.rule === rule),
  );
}

export function isMine(picture: Picture, { key }: Alert, account: string | null): boolean {
  const thing = picture.get(key);
  return thing !== undefined && concerns(thing, account);
}

/** At most so many of these, by what became of them and by day. */
export function arranged(alerts: readonly Alert[], most: number): Arranged {
  let left = most;
  const stretches: Stretch[] = [];
  for (const status of STATUSES) {
    const all = alerts.filter((alert) => alert.status === status);
    const shown = all.slice(0, left);
    left -= shown.length;
    if (all.length > 0) stretches.push({ status, count: all.length, days: daysOf(shown) });
  }
  return { stretches, more: Math.max(0, alerts.length - most) };
}

function daysOf(alerts: readonly Alert[]): Day[] {
  const zone = shownZone();
  const days: { name: string; at: number; alerts: Alert[] }[] = [];
  for (const alert of alerts) {
    const name = dayName(wallOf(alert.at, zone));
    const last = days.at(-1);
    if (last?.name === name) last.alerts.push(alert);
    else days.push({ name, at: alert.at, alerts: [alert] });
  }
  return days;
}

/** The things and rules that alerts are of, each once, for the filters; the most frequent first. */
export function choicesOf(alerts: readonly Alert[]): { things: Key[]; rules: Key[] } {
  return {
    things: byFrequency(alerts.map(({ thing }) => thing)),
    rules: byFrequency(alerts.map(({ rule }) => rule)),
  };
}

function byFrequency(keys: readonly Key[]): Key[] {
  const counts = new Map<Key, number>();
  for (const key of keys) if (key !== '') counts.set(key, (counts.get(key) ?? 0) + 1);
  return [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).map(([key]) => key);
}

function newestFirst(a: Alert, b: Alert): number {
  return b.at - a.at || (a.key < b.key ? 1 : -1);
}
