/**
 * What stands in for a WebSocket where something on the way blocks it: news by long polling, requests
 * by POST (`/ws/poll`, `/ws/ask`). The same frames in both directions, so that anybody who holds it
 * need not know; what belongs to a connection (driving, the console's subscriptions) the server
 * refuses.
 */
import { t } from '@lingui/core/macro';
import { isRecord } from './record';

/** Given up after so many milliseconds: the server answers a poll after 1.5 beats at the latest. */
const WITHIN = 15_000;
/** Between two polls, in milliseconds: news of a busy moment come together. */
const PAUSE = 100;
const SESSION_ENDED = 4001;
const TOO_MANY = 4029;
const UNREACHABLE = 1006;

export class PollingSocket {
  readonly polling = true;
  onopen: (() => void) | null = null;
  onmessage: ((message: { data: string }) => void) | null = null;
  onclose: ((closed: { code: number; reason: string }) => void) | null = null;
  readonly #base: string;
  readonly #over = new AbortController();
  #epoch: unknown = null;
  #seq = 0;
  #greeted = false;
  #past = false;

  /** `address` is the WebSocket's: ours are below it, over HTTP. */
  constructor(address: string) {
    this.#base = address.replace(/^ws/, 'http');
    setTimeout(() => {
      if (!this.#over.signal.aborted) this.onopen?.();
    });
  }

  /** Whether it has ended. */
  get over(): boolean {
    return this.#over.signal.aborted;
  }

  send(text: string): void {
    const said: unknown = JSON.parse(text);
    if (!isRecord(said)) return;
    if (said['t'] === 'resume') {
      this.#epoch = said['epoch'];
      this.#seq = typeof said['seq'] === 'number' ? said['seq'] : 0;
      void this.#poll();
      return;
    }
    void this.#ask(said, text);
  }

  /** Let go; nothing is told of it, as the one who asked for it knows. */
  close(): void {
    this.#over.abort();
  }

  /** End it as if the other side had: another way is better now. */
  end(code: number, reason: string): void {
    if (this.#over.signal.aborted) return;
    this.#over.abort();
    this.onclose?.({ code, reason });
  }

  async #poll(): Promise<void> {
    while (!this.#over.signal.aborted) {
      const body = JSON.stringify({ t: 'resume', epoch: this.#epoch, seq: this.#seq });
      const lines = await this.#post(this.#greeted ? 'poll' : 'poll?hello', body);
      if (typeof lines === 'number') {
        this.#failed(lines);
        return;
      }
      for (const line of lines) this.#heard(line);
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
    }
  }

  #failed(status: number): void {
    if (status === 401 && this.#greeted) this.end(SESSION_ENDED, t`please sign in again`);
    else if (status === 503 || status === 429) this.end(TOO_MANY, '');
    else this.end(UNREACHABLE, '');
  }

  #heard(line: string): void {
    if (this.#over.signal.aborted) return;
    const said: unknown = JSON.parse(line);
    if (!isRecord(said)) return;
    if (said['t'] === 'ended') {
      this.end(SESSION_ENDED, typeof said['why'] === 'string' ? said['why'] : '');
      return;
    }
    if (said['t'] === 'hello') {
      this.#greeted = true;
      // A picture of another numbering is worth nothing: the news after it are whole.
      if (said['epoch'] !== this.#epoch) this.#seq = 0;
      this.#epoch = said['epoch'];
    }
    if (said['t'] === 'news' && typeof said['seq'] === 'number') this.#seq = said['seq'];
    this.onmessage?.({ data: line });
  }

  async #ask(said: Readonly<Record<string, unknown>>, text: string): Promise<void> {
    if (said['do'] === 'look') this.#past = said['past'] === true;
    const path = this.#past && said['do'] !== 'look' ? 'ask?past' : 'ask';
    const lines = await this.#post(path, text);
    if (this.#over.signal.aborted) return;
    const answer = typeof lines === 'number' ? refusal(said['id'], lines) : lines.join('');
    this.onmessage?.({ data: answer });
  }

  /** The lines of an answer, or the status of a refusal; 0: nothing came. */
  async #post(path: string, body: string): Promise<readonly string[] | number> {
    try {
      const response = await fetch(`${this.#base}/${path}`, {
        method: 'POST',
        credentials: 'same-origin',
        cache: 'no-store',
        redirect: 'error',
        headers: { 'content-type': 'application/json' },
        body,
        signal: AbortSignal.any([this.#over.signal, AbortSignal.timeout(WITHIN)]),
      });
      if (!response.ok) return response.status;
      return (await response.text()).split('\n').filter((line) => line !== '');
    } catch {
      return 0;
    }
  }
}

function refusal(id: unknown, status: number): string {
  const why = status === 0 ? t`The server cannot be reached.` : t`The server said ${status}.`;
  return JSON.stringify({ t: 'answer', id, ok: false, code: 'offline', why });
}
