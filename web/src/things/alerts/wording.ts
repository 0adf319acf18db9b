/** Alerts in words: what happened, what ends it, who was told. */
import { plural, t } from '@lingui/core/macro';
import { ageText, shortTimeText, spanText } from '../../app/ages';
import { customs } from '../../ui/customs';
import { grouped, inOneLine, measured, speed, way } from '../../ui/numbers';
import { shortClockText } from '../../ui/times';
import type { Alert, Condition, Delivery } from './read';

/** What a sentence about something that happened is made of. */
export interface Happened {
  readonly condition: Condition;
  /** What was measured, in the unit of the limit. */
  readonly value?: number | undefined;
  /** The region's name, or that of the other thing. */
  readonly place?: string | undefined;
}

/** What an alert tells, in one sentence without its time. */
export function alertText(alert: Alert, who: string): string {
  return alert.understood ? happenedText(alert, who) : alert.title;
}

/** What happened, in one sentence without its time: "Jane arrived at School". */
export function happenedText(happened: Happened, who: string): string {
  const { condition } = happened;
  const place = happened.place ?? t`a place`;
  switch (condition.type) {
    case 'arrives':
      return t`${who} arrived at ${place}`;
    case 'leaves':
      return t`${who} left ${place}`;
    case 'absent':
      return absentText(condition, who, place);
    case 'stays':
      return staysText(happened, who, place);
    case 'near':
      return nearText(happened, who);
    case 'fallen':
      return t`${who} has fallen over`;
    case 'alarm':
      return happened.place === undefined
        ? t`${who} has an alarm`
        : t`${who} has an alarm: ${place}`;
    default:
      return measuredText(happened, who);
  }
}

function absentText({ by }: Condition, who: string, place: string): string {
  if (by === undefined) return t`${who} is not at ${place}`;
  const time = wallText(by);
  return t`${who} was not at ${place} by ${time}`;
}

function staysText({ condition, value }: Happened, who: string, place: string): string {
  const span = spanText(value ?? condition.seconds ?? 0);
  return t`${who} has been at ${place} for ${span}`;
}

function nearText({ condition, value, place }: Happened, who: string): string {
  const other = place ?? t`somebody else`;
  const apart = inOneLine(way(value ?? condition.metres ?? 0, customs.value.units));
  return t`${who} and ${other} are ${apart} apart`;
}

/** Something was measured that is beyond a limit. */
function measuredText(happened: Happened, who: string): string {
  switch (happened.condition.type) {
    case 'battery':
      return batteryText(happened, who);
    case 'silent':
      return silentText(happened, who);
    case 'speed':
      return speedText(happened, who);
    case 'latency':
      return latencyText(happened, who);
    case 'disconnected':
      return t`The connection to ${who} is lost`;
    case 'flapping':
      return flappingText(happened, who);
    default:
      return numberText(happened);
  }
}

function batteryText({ condition, value }: Happened, who: string): string {
  const { below, by } = condition;
  const level = grouped(Math.round(value ?? below ?? 0));
  // It is still above the limit, but will not last.
  if (by !== undefined && (below === undefined || (value !== undefined && value > below))) {
    const time = wallText(by);
    return value === undefined
      ? t`The battery of ${who} will be empty before ${time}`
      : t`The battery of ${who} is at ${level} % and will be empty before ${time}`;
  }
  return t`The battery of ${who} is at ${level} %`;
}

function silentText({ condition, value }: Happened, who: string): string {
  const { seconds } = condition;
  const span = spanText(value ?? seconds ?? 0);
  if (seconds !== undefined) return t`Nothing has been heard of ${who} for ${span}`;
  return value === undefined
    ? t`Nothing has been heard of ${who} for longer than usual`
    : t`Nothing has been heard of ${who} for ${span}, which is longer than usual`;
}

function speedText({ condition, value }: Happened, who: string): string {
  const { units } = customs.value;
  const limit = inOneLine(speed(condition.above ?? 0, units));
  if (value === undefined) return t`${who} was faster than ${limit}`;
  const fast = inOneLine(speed(value, units));
  return t`${who} moved at ${fast}, the limit is ${limit}`;
}

function latencyText({ condition, value }: Happened, who: string): string {
  const delay = inOneLine(measured(Math.round(value ?? condition.above ?? 0), 'millisecond'));
  return t`${who} answers slowly: after ${delay}`;
}

function flappingText({ condition, value, place }: Happened, who: string): string {
  const times = Math.round(value ?? condition.times ?? 0);
  const client = place ?? who;
  const span = spanText(condition.seconds ?? 0);
  return plural(times, {
    one: `${client} lost its connection # time within ${span}`,
    other: `${client} lost its connection # times within ${span}`,
  });
}

function numberText({ condition, value }: Happened): string {
  const { above, below, field } = condition;
  const topic = condition.topic ?? '';
  const name = field === undefined ? topic : `${topic} ${field}`;
  if (value === undefined) return t`${name} has changed`;
  const number = grouped(value);
  if (above !== undefined && value > above) {
    const limit = grouped(above);
    return t`${name} is ${number}, above ${limit}`;
  }
  if (below !== undefined && value < below) {
    const limit = grouped(below);
    return t`${name} is ${number}, below ${limit}`;
  }
  return t`${name} changed to ${number}`;
}

/** A time of day of the rule, `08:30`, as this page writes times. */
export function wallText(by: string): string {
  const [hours = 0, minutes = 0] = by.split(':').map(Number);
  return shortClockText(hours * 3600 + minutes * 60, { ...customs.value, zone: 'UTC' });
}

/** When it happened, and when it was found out where that was later: "14:02", "08:02, found out at 14:02". */
export function whenText({ at, late }: { at: number; late?: number }, now: number): string {
  const time = shortTimeText(at, now);
  if (late === undefined) return time;
  const found = shortTimeText(late, now);
  return t`${time}, found out at ${found}`;
}

/** How long ago: "4 min ago". */
export function agoText(at: number, now: number): string {
  const age = ageText(now - at);
  return t`${age} ago`;
}

/** What ends an alert that lasts. */
export function endsText({ condition, place }: Happened, who: string): string {
  switch (condition.type) {
    case 'fallen':
      return t`Stays until ${who} stands again.`;
    case 'alarm':
      return t`Stays until the alarm is over.`;
    case 'disconnected':
      return t`Stays until ${who} is connected again.`;
    case 'flapping':
      return t`Stays until the connection is steady again.`;
    case 'latency':
      return t`Stays until ${who} answers quickly again.`;
    case 'battery':
      return t`Stays until the battery of ${who} is charged.`;
    case 'silent':
      return t`Stays until ${who} is heard again.`;
    case 'speed':
      return t`Stays until ${who} is slower again.`;
    case 'near':
      return t`Stays until they are further apart.`;
    default:
      return endsAtText(condition, who, place ?? t`a place`);
  }
}

function endsAtText({ type, topic }: Condition, who: string, place: string): string {
  switch (type) {
    case 'absent':
      return t`Stays until ${who} is at ${place}.`;
    case 'stays':
    case 'arrives':
      return t`Stays until ${who} leaves ${place}.`;
    case 'leaves':
      return t`Stays until ${who} is at ${place} again.`;
    default: {
      const name = topic ?? '';
      return t`Stays until ${name} is within its limit again.`;
    }
  }
}

/** How one recipient was told; `mine`: it is who reads this. */
export function toldText(delivery: Delivery, mine: boolean, now: number): string {
  return mine ? toldMe(delivery, now) : toldThem(delivery, now);
}

function toldMe({ state, at }: Delivery, now: number): string {
  const time = at === undefined ? '' : shortTimeText(at, now);
  switch (state) {
    case 'sent':
      return time === '' ? t`You were told` : t`You were told at ${time}`;
    case 'quiet':
      return time === ''
        ? t`You have quiet hours: you are told when they end`
        : t`You have quiet hours: you are told at ${time}`;
    case 'waiting':
      return t`You have not been told yet`;
    case 'failed':
      return t`You could not be told`;
    case 'no_channel':
      return t`There is no way yet to tell you while this page is closed`;
  }
}

function toldThem({ account, state, at }: Delivery, now: number): string {
  const time = at === undefined ? '' : shortTimeText(at, now);
  switch (state) {
    case 'sent':
      return time === '' ? t`${account} was told` : t`${account} was told at ${time}`;
    case 'quiet':
      return time === ''
        ? t`${account} has quiet hours, and is told when they end`
        : t`${account} has quiet hours, and is told at ${time}`;
    case 'waiting':
      return t`${account} has not been told yet`;
    case 'failed':
      return t`${account} could not be told`;
    case 'no_channel':
      return t`${account} has not said yet how to be told`;
  }
}

/** The alert with the account that acknowledged it by what its person is called. */
export function calledBy(
  alert: Pick<Alert, 'status' | 'by' | 'by_at' | 'resolved'>,
  called: (account: string) => string,
): Pick<Alert, 'status' | 'by' | 'by_at' | 'resolved'> {
  return alert.by === undefined ? alert : { ...alert, by: called(alert.by) };
}

/** What became of it: "Acknowledged by bob at 14:10". */
export function statusText(
  {
    status,
    by,
    by_at: when,
    resolved,
  }: { status: string; by?: string; by_at?: number; resolved?: number },
  now: number,
): string {
  if (status === 'resolved') {
    const over = resolved === undefined ? '' : shortTimeText(resolved, now);
    return over === '' ? t`Over` : t`Over since ${over}`;
  }
  if (status === 'acknowledged') {
    const time = when === undefined ? '' : shortTimeText(when, now);
    if (by === undefined) return t`Acknowledged`;
    return time === '' ? t`Acknowledged by ${by}` : t`Acknowledged by ${by} at ${time}`;
  }
  return t`Open`;
}
