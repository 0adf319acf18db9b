/**
 * Reads maps in one file each, of which only the parts in view are fetched. Remembers what it
 * fetched, because MapLibre asks for the same tile again and again when it draws deeper than the
 * file goes; and fetches at once what lies together in the file, as tiles of one view mostly do.
 */
import { t } from '@lingui/core/macro';
import { PMTiles, Protocol, ResolvedValueCache } from 'pmtiles';
import type { RangeResponse, Source } from 'pmtiles';
import { addProtocol } from 'maplibre-gl';
import type { RangeStore } from './rangestore';

const REMEMBERED_RANGES = 192;
/** The most that is taken whole from a server (or proxy) that does not know ranges. */
const WHOLE_BYTES = 64e6;
/** The tiles of a view are asked for within so many milliseconds of each other. */
const GATHER_MS = 8;
/** Parts this near to each other are fetched as one, with what lies between, up to so much. */
const GAP_BYTES = 8192;
const MOST_BYTES = 1 << 20;

interface Part {
  readonly offset: number;
  readonly length: number;
}

interface Asked extends Part {
  readonly give: (answer: RangeResponse) => void;
  readonly fail: (why: Error) => void;
}

export interface SourceOptions {
  /** What the file is called when something is wrong with it. */
  readonly title?: string;
  readonly most?: number;
  readonly store?: RangeStore | null;
  readonly get?: typeof fetch;
}

/** Byte ranges of one file, the least recently used forgotten first. */
export class RememberingSource implements Source {
  private readonly ranges = new Map<string, Promise<RangeResponse>>();
  private asked: Asked[] = [];

  private whole: Promise<ArrayBuffer> | null = null;
  private readonly title: string;
  private readonly most: number;
  private readonly store: RangeStore | null;
  private readonly get: typeof fetch;

  constructor(
    private readonly url: string,
    options: SourceOptions = {},
  ) {
    this.title = options.title ?? t`The base map`;
    this.most = options.most ?? REMEMBERED_RANGES;
    this.store = options.store ?? null;
    this.get = options.get ?? ((...request) => fetch(...request));
  }

  getKey(): string {
    return this.url;
  }

  getBytes(offset: number, length: number): Promise<RangeResponse> {
    const range = `${offset}+${length}`;
    const known = this.ranges.get(range);
    // A fetch is shared by everyone who asks, so no single asker's abort signal may end it.
    const answer = known ?? this.find({ offset, length });
    this.ranges.delete(range);
    this.ranges.set(range, answer); // moved to the end: the most recently used
    if (known) return answer;
    for (const oldest of this.ranges.keys()) {
      if (this.ranges.size <= this.most) break;
      this.ranges.delete(oldest);
    }
    answer.catch(() => this.ranges.delete(range)); // ask anew next time
    return answer;
  }

  private async find(part: Part): Promise<RangeResponse> {
    const kept = await this.store?.get(this.url, part.offset, part.length);
    if (kept) return { data: kept };
    const answer = await this.gathered(part);
    this.store?.put(this.url, part.offset, part.length, answer.data);
    return answer;
  }

  /** Fetch a part together with the others that are asked for just now. */
  private gathered(part: Part): Promise<RangeResponse> {
    return new Promise((give, fail) => {
      this.asked.push({ ...part, give, fail });
      if (this.asked.length === 1) setTimeout(() => this.fetchAsked(), GATHER_MS);
    });
  }

  private fetchAsked(): void {
    const asked = this.asked;
    this.asked = [];
    for (const group of grouped(asked)) void this.fetchGroup(group);
  }

  private async fetchGroup(group: readonly Asked[]): Promise<void> {
    const from = Math.min(...group.map(({ offset }) => offset));
    const until = Math.max(...group.map(({ offset, length }) => offset + length));
    try {
      const data = await this.fetchRange(from, until - from);
      for (const { offset, length, give } of group) {
        give({
          data: group.length === 1 ? data : data.slice(offset - from, offset - from + length),
        });
      }
    } catch (error) {
      for (const { fail } of group) fail(error instanceof Error ? error : new Error(String(error)));
    }
  }

  private async fetchRange(offset: number, length: number): Promise<ArrayBuffer> {
    const range = `bytes=${offset}-${offset + length - 1}`;
    // Past the browser's cache: Chromium fails concurrent range requests of one address there.
    const asked = { headers: { Range: range }, cache: 'no-store' } as const;
    const response = await this.get(this.url, asked).catch(() => {
      throw new Error(`${this.title} cannot be reached just now.`);
    });
    if (response.status === 206) return response.arrayBuffer();
    const size = Number(response.headers.get('Content-Length') ?? Infinity);
    if (response.status === 200 && size <= WHOLE_BYTES) {
      this.whole ??= response.arrayBuffer();
      return (await this.whole).slice(offset, offset + length);
    }
    void response.body?.cancel();
    if (response.status === 404) throw new Error(`${this.title} is not on the server.`);
    if (response.ok)
      throw new Error(`${this.title} is on a server that does not send parts of it.`);
    throw new Error(`${this.title} cannot be read (HTTP ${response.status}).`);
  }
}

/** Put parts together that are near each other in the file. */
export function grouped<P extends Part>(parts: readonly P[]): P[][] {
  const groups: P[][] = [];
  let [from, until] = [0, -Infinity];
  for (const part of [...parts].sort((a, b) => a.offset - b.offset)) {
    const end = part.offset + part.length;
    const group = groups.at(-1);
    if (group && part.offset - until <= GAP_BYTES && end - from <= MOST_BYTES) {
      group.push(part);
      until = Math.max(until, end);
      continue;
    }
    groups.push([part]);
    [from, until] = [part.offset, end];
  }
  return groups;
}

let protocol: Protocol | null = null;

/** Make `pmtiles://` + url readable by MapLibre. Calling it again for the same url is harmless. */
export function serveArchive(url: string, options: SourceOptions = {}): void {
  if (!protocol) {
    protocol = new Protocol();
    addProtocol('pmtiles', protocol.tile);
  }
  if (protocol.get(url)) return;
  // The library's other cache would remember for ever that the head of a file could not be read.
  protocol.add(new PMTiles(new RememberingSource(url, options), new ResolvedValueCache()));
}
