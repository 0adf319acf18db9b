/**
 * Reads the offline base map: one archive on our own server, of which only the parts in view are
 * fetched. Remembers what it fetched, because MapLibre asks for the same tile again and again when
 * it draws deeper than the archive goes.
 */
import { PMTiles, Protocol, type RangeResponse, type Source } from 'pmtiles';
import { addProtocol } from 'maplibre-gl';

const REMEMBERED_RANGES = 192;
/** The most that is taken whole from a server (or proxy) that does not know ranges. */
const WHOLE_BYTES = 64e6;

/** Byte ranges of one file, the least recently used forgotten first. */
export class RememberingSource implements Source {
  private readonly ranges = new Map<string, Promise<RangeResponse>>();

  private whole: Promise<ArrayBuffer> | null = null;

  constructor(
    private readonly url: string,
    private readonly most = REMEMBERED_RANGES,
    private readonly get: typeof fetch = (...request) => fetch(...request),
  ) {}

  getKey(): string {
    return this.url;
  }

  getBytes(offset: number, length: number): Promise<RangeResponse> {
    const range = `bytes=${offset}-${offset + length - 1}`;
    const known = this.ranges.get(range);
    // A fetch is shared by everyone who asks, so no single asker's abort signal may end it.
    const answer = known ?? this.fetchRange(range, offset, length);
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

  private async fetchRange(range: string, offset: number, length: number): Promise<RangeResponse> {
    // Past the browser's cache: Chromium fails concurrent range requests of one address there.
    const response = await this.get(this.url, { headers: { Range: range }, cache: 'no-store' });
    if (response.status === 206) return { data: await response.arrayBuffer() };
    const size = Number(response.headers.get('Content-Length') ?? Infinity);
    if (response.status === 200 && size <= WHOLE_BYTES) {
      this.whole ??= response.arrayBuffer();
      return { data: (await this.whole).slice(offset, offset + length) };
    }
    void response.body?.cancel();
    if (response.status === 404) throw new Error('The base map is not on the server.');
    if (response.ok) throw new Error('The server does not send parts of the base map.');
    throw new Error(`The base map cannot be read (HTTP ${response.status}).`);
  }
}

let protocol: Protocol | null = null;

/** Make `pmtiles://` + url readable by MapLibre. Calling it again for the same url is harmless. */
export function serveArchive(url: string): void {
  if (!protocol) {
    protocol = new Protocol();
    addProtocol('pmtiles', protocol.tile);
  }
  if (!protocol.get(url)) protocol.add(new PMTiles(new RememberingSource(url)));
}
