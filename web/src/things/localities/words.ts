/**
 * What lies at positions, in words, as the server knows it from its own maps. Asked for a few at a
 * time and kept while the page is open; nobody else is asked.
 */
import { signal } from '@preact/signals';
import type { PlaceShown } from '../../generated';
import type { Api } from '../../net/api';
import type { Read } from '../../net/shape';

/** Positions that come within so many milliseconds are asked for together. */
const TOGETHER = 60;
/** As many as the server takes at once. */
const MOST = 50;
const REMEMBERED = 2000;
/** After a refusal, milliseconds until anything is asked again. */
const PAUSE = 5000;

/** What lies at a position; what is not known of it is empty. */
export type Locality = Read<PlaceShown>;

const NOWHERE: Locality = { text: '', street: '', number: '', park: '', part: '', town: '' };

type Position = readonly [lat: number, lon: number];

interface Needs {
  readonly api: Pick<Api, 'post'>;
  /** The language of names: `de`, `pt-BR`. */
  readonly language: string;
  /** Whether the server has a map with streets and places. */
  known(): boolean;
}

export class Words {
  /** Counts what was learned, so that anybody who shows words draws again. */
  readonly learned = signal(0);
  readonly #needs: Needs;
  readonly #found = new Map<string, Locality>();
  readonly #wanted = new Map<string, Position>();
  #asking = false;
  #notBefore = 0;

  constructor(needs: Needs) {
    this.#needs = needs;
  }

  /** The words for a position; undefined while they are not known, empty where nothing is. */
  at(lat: number, lon: number): string | undefined {
    return this.locality(lat, lon)?.text;
  }

  /** The same in its parts. */
  locality(lat: number, lon: number): Locality | undefined {
    if (!this.#needs.known()) return NOWHERE;
    // A few steps: a phone at rest wanders about by more.
    const position: Position = [Number(lat.toFixed(5)), Number(lon.toFixed(5))];
    const key = position.join();
    const found = this.#found.get(key);
    if (found === undefined) this.#ask(key, position);
    return found;
  }

  /** Other maps have come: what was found before may be said better now. */
  forget(): void {
    this.#found.clear();
    this.learned.value += 1;
  }

  #ask(key: string, position: Position): void {
    this.#wanted.set(key, position);
    if (this.#asking) return;
    this.#asking = true;
    setTimeout(() => void this.#askAll(), Math.max(TOGETHER, this.#notBefore - Date.now()));
  }

  async #askAll(): Promise<void> {
    const asked = [...this.#wanted].slice(-MOST);
    this.#wanted.clear();
    try {
      const positions = asked.map(([, position]) => position);
      const language = this.#needs.language;
      const { places } = await this.#needs.api.post('places/at', { positions, language });
      asked.forEach(([key], n) => {
        this.#found.set(key, places[n] ?? NOWHERE);
      });
      for (const key of this.#found.keys()) {
        if (this.#found.size <= REMEMBERED) break;
        this.#found.delete(key);
      }
      this.learned.value += 1;
    } catch {
      // A luxury: without it there are towns and numbers. Anybody who still shows it asks again.
      this.#notBefore = Date.now() + PAUSE;
    } finally {
      this.#asking = false;
    }
  }
}
