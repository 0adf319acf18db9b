/**
 * Requests to the server. Each has an id and becomes a promise which keeps the server's answer, or
 * rejects with why there is none.
 */
import { requestFrame } from './protocol';
import type { Answer } from './protocol';

/** Ids below this one are left to requests written by hand in the console. */
const FIRST_ID = 1000;

/** The request was refused, was not answered in time, or could not be sent. */
export class Refused extends Error {
  override readonly name = 'Refused';
  /** A word for programs: the server's, or "timeout", "offline", "lost". */
  readonly code: string;

  constructor(code: string, why: string) {
    super(why);
    this.code = code;
  }
}

interface Pending {
  keep(answer: Answer): void;
  refuse(why: Refused): void;
  timer: ReturnType<typeof setTimeout>;
}

export class Requests {
  readonly #send: (label: string, text: string) => boolean;
  readonly #pending = new Map<number, Pending>();
  #next = FIRST_ID;

  constructor(send: (label: string, text: string) => boolean) {
    this.#send = send;
  }

  /** How many requests wait for an answer. */
  get waiting(): number {
    return this.#pending.size;
  }

  /** Ask the server to do something. Rejects with Refused. */
  ask(
    request: string,
    fields: Readonly<Record<string, unknown>> = {},
    within = 10_000,
  ): Promise<Answer> {
    const id = this.#next++;
    return new Promise<Answer>((resolve, reject) => {
      if (!this.#send(request, requestFrame(id, request, fields))) {
        reject(new Refused('offline', 'There is no connection to the server.'));
        return;
      }
      const timer = setTimeout(() => {
        this.#pending.delete(id);
        reject(new Refused('timeout', `No answer within ${String(within / 1000)} s.`));
      }, within);
      this.#pending.set(id, { keep: resolve, refuse: reject, timer });
    });
  }

  /**
   * Say something whose answer nobody waits for: driving frames, which come twenty times a second and
   * are answered now and then. The id; null when there is no connection.
   */
  tell(request: string, fields: Readonly<Record<string, unknown>>): number | null {
    const id = this.#next++;
    return this.#send(request, requestFrame(id, request, fields)) ? id : null;
  }

  /** An answer came; false when nobody here waits for it. */
  answered(answer: Answer): boolean {
    const pending = this.#pending.get(answer.id);
    if (!pending) return false;
    this.#pending.delete(answer.id);
    clearTimeout(pending.timer);
    if (answer.ok) pending.keep(answer);
    else pending.refuse(new Refused(answer.code ?? 'refused', answer.why ?? 'The server said no.'));
    return true;
  }

  /** The connection is gone, and with it every answer that was still to come. */
  lost(): void {
    for (const pending of this.#pending.values()) {
      clearTimeout(pending.timer);
      pending.refuse(new Refused('lost', 'The connection was lost before the answer came.'));
    }
    this.#pending.clear();
  }
}
