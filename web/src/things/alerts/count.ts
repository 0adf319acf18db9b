/**
 * The alerts of now, whatever time is looked at: how many wait for somebody, and which have just come.
 * This is with the page from its first moment; what shows alerts comes later.
 */
import { signal } from '@preact/signals';
import type { ReadonlySignal } from '@preact/signals';
import type { Key, World } from '../../app/world';
import type { Thing } from '../../net/protocol';
import { part } from '../../ui/part';

/** At most so many are kept as news. */
const MOST_NEWS = 20;
/** What was found out longer ago than this is no news, seconds. */
const NEWS = 120;

export interface Alerts {
  /** The world now. */
  readonly present: World;
  /** The account whose alerts are counted; null for a visitor without one, who counts all. */
  readonly account: string | null;
  /** Counts the times that alerts have changed. */
  readonly changed: ReadonlySignal<number>;
  /** How many that concern this visitor are open. */
  readonly open: ReadonlySignal<number>;
  /** Those that came just now and were not looked at, newest first. */
  readonly news: ReadonlySignal<readonly Key[]>;
  /** Whether the list shows the alert with this key opened. */
  readonly shown: { value: Key | null };
  /** Forget one of the news; without a key all of them. */
  dismiss(key?: Key): void;
}

export const [AlertsProvider, useAlerts] = part<Alerts>('the alerts');

/** Follow the alerts of a world; `now` is the server's time. */
export function createAlerts(present: World, account: string | null, now: () => number): Alerts {
  const changed = signal(0);
  const open = signal(0);
  const news = signal<readonly Key[]>([]);
  const seen = new Set<Key>();
  let first = true;
  present.onChange((keys) => {
    const came: Key[] = [];
    let any = false;
    for (const key of keys) {
      if (!key.startsWith('alert/')) continue;
      any = true;
      const thing = present.get(key);
      if (thing === undefined) seen.delete(key);
      else if (!seen.has(key)) {
        seen.add(key);
        if (!first && isNews(thing, account, now())) came.push(key);
      }
    }
    first = false;
    if (!any) return;
    open.value = countOpen(present, account);
    if (came.length > 0) news.value = [...came, ...news.value].slice(0, MOST_NEWS);
    changed.value++;
  });
  return {
    ...{ present, account, changed, open, news },
    shown: signal<Key | null>(null),
    dismiss(key) {
      const left = key === undefined ? [] : news.value.filter((each) => each !== key);
      if (left.length < news.value.length) news.value = left;
    },
  };
}

function countOpen(present: World, account: string | null): number {
  let count = 0;
  for (const thing of present.kind('alert').values()) {
    if (thing['status'] === 'open' && concerns(thing, account)) count++;
  }
  return count;
}

function isNews(thing: Thing, account: string | null, now: number): boolean {
  const found = Number(thing['late'] ?? thing['at']);
  return thing['status'] === 'open' && now - found < NEWS && concerns(thing, account);
}

/** Whether an alert is of this account's rule, or told to it. */
export function concerns({ id, told }: Thing, account: string | null): boolean {
  if (account === null || id.startsWith(`${account}/`)) return true;
  const list: readonly unknown[] = Array.isArray(told) ? told : [];
  return list.some((each) => (each as { account?: unknown } | null)?.account === account);
}
