/** The brokers' logs: their lines, and a log that keeps more of them than the server does. */
import { t } from '@lingui/core/macro';
import { LogLineShape } from '../../generated';
import type { LogLine as LogLineState } from '../../generated';
import type { Thing } from '../../net/protocol';
import { readLoosely } from '../../net/shape';
import type { Read } from '../../net/shape';
import { splitKey } from '../../app/world';
import type { Key, World } from '../../app/world';
import { plain } from '../names';

/** Lines kept, of all brokers together. */
export const MOST_LINES = 3000;

export type LogLine = Omit<Read<LogLineState>, 'tst'> & {
  readonly key: string;
  /** What the search looks in. */
  readonly search: string;
};

export function readLine(thing: Thing): LogLine {
  const line = readLoosely<LogLineState>(LogLineShape, thing, {
    broker: thing.id.split('/', 1)[0] ?? '',
    level: 'notice',
  });
  const { broker, n, at, text } = line;
  return { ...line, key: `${broker}/${String(n)}/${String(at)}`, search: plain(text) };
}

/** Every line since the page was opened, as far as there is room, and those the server still had. */
export class BrokerLog {
  readonly #world: World;
  readonly #most: number;
  readonly #known = new Set<string>();
  readonly #newest = new Map<string, number>();
  readonly #missed = new Map<string, number>();
  readonly #listeners = new Set<() => void>();
  #lines: LogLine[] = [];

  constructor(world: World, most = MOST_LINES) {
    this.#world = world;
    this.#most = most;
    world.onChange((changed) => {
      this.#take(changed);
    });
  }

  /** Oldest first. The array is the log's own: read it, do not keep it. */
  get lines(): readonly LogLine[] {
    return this.#lines;
  }

  /** Lines of a broker that passed while this page was away. */
  missed(broker: string): number {
    return this.#missed.get(broker) ?? 0;
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  #take(changed: ReadonlySet<Key>): void {
    const news: LogLine[] = [];
    for (const key of changed) {
      if (splitKey(key)[0] !== 'log') continue;
      const thing = this.#world.get(key);
      if (!thing) continue;
      const line = readLine(thing);
      if (!this.#known.has(line.key)) news.push(line);
    }
    if (news.length === 0) return;
    news.sort((a, b) => a.at - b.at || a.n - b.n);
    for (const line of news) {
      const newest = this.#newest.get(line.broker);
      // A smaller number: the server was started anew and counts from 1 again.
      const gap = newest === undefined ? 0 : line.n > newest ? line.n - newest - 1 : line.n - 1;
      if (gap > 0) this.#missed.set(line.broker, this.missed(line.broker) + gap);
      this.#newest.set(line.broker, line.n);
      this.#known.add(line.key);
    }
    this.#lines = this.#lines.concat(news);
    while (this.#lines.length > this.#most) {
      for (const line of this.#lines.splice(0, this.#lines.length - this.#most)) {
        this.#known.delete(line.key);
      }
    }
    for (const listener of this.#listeners) listener();
  }
}

export type LevelFilter = 'all' | 'error' | 'warning' | 'notice' | 'subscribe';

const LEVELS: Record<LevelFilter, (level: string) => boolean> = {
  all: () => true,
  error: (level) => level === 'error',
  warning: (level) => level === 'warning',
  notice: (level) => level === 'notice' || level === 'information',
  subscribe: (level) => level === 'subscribe' || level === 'unsubscribe',
};

/** The lines that are wanted, newest first. */
export function pickLines(
  lines: readonly LogLine[],
  broker: string,
  level: LevelFilter,
  search: string,
): LogLine[] {
  const wanted = picker(broker, level, search);
  const shown: LogLine[] = [];
  for (let index = lines.length - 1; index >= 0; index--) {
    const line = lines[index];
    if (line && wanted(line)) shown.push(line);
  }
  return shown;
}

/** Whether a line is of this broker and level, and has all words of the search. */
export function picker(
  broker: string,
  level: LevelFilter,
  search: string,
): (line: LogLine) => boolean {
  const words = plain(search).split(/\s+/).filter(Boolean);
  return (line) =>
    line.broker === broker &&
    LEVELS[level](line.level) &&
    words.every((word) => line.search.includes(word));
}

const short = (): Readonly<Record<string, string | undefined>> => ({
  error: t`Error`,
  warning: t`Warning`,
  notice: t`Notice`,
  information: t`Info`,
  subscribe: t`Subscribe`,
  unsubscribe: t`Unsub`,
  websockets: t`Websocket`,
});

export function levelWord(level: string): string {
  return short()[level] ?? level;
}
