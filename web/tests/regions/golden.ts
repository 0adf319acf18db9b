/** The golden frames, which the server's tests read too. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseFrame } from '../../src/net/protocol';
import type { Thing } from '../../src/net/protocol';

const FOLDER = join(import.meta.dirname, '../../../tests/wire');

export function frame(name: string): Record<string, unknown> {
  const golden = JSON.parse(readFileSync(join(FOLDER, `${name}.json`), 'utf8')) as {
    frame: Record<string, unknown>;
  };
  return golden.frame;
}

/** The things of the golden news about regions, of one kind. */
export function things(kind: string): Thing[] {
  const news = parseFrame(JSON.stringify(frame('region-news')));
  return news.t === 'news' ? news.things.filter((thing) => thing.k === kind) : [];
}
