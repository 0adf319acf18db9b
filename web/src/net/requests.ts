/**
 * Requests to the server. Each has an id and becomes a promise which keeps the server's answer, or
 * rejects with why there is none. Names, fields and answers are those that the server declares
 * (`Requests` in generated.ts).
 */
import { t } from '@lingui/core/macro';
import { ANSWERS } from '../generated';
import type { CODES, Requests as Declared } from '../generated';
import { requestFrame } from './protocol';
import type { Answer } from './protocol';
import { refusalText } from './refusalwords';
import { read } from './shape';
import type { Read, Shape } from './shape';

/** Ids below this one are left to requests written by hand in the console. */
const FIRST_ID = 1000;

export type RequestName = keyof Declared;

/** The fields of a request. */
export type Asks<N extends RequestName> = Declared[N]['asks'];

/** The answer to a request that was granted. */
export type Granted<N extends RequestName> = Read<Declared[N]['answers']>;

/** Ask the server to do something. Rejects with Refused. */
export type Ask = <N extends RequestName>(
  request: N,
  fields: Asks<N>,
  within?: number,
) => Promise<Granted<N>>;

/** Say something whose answer nobody waits for. The id; null when there is no connection. */
export type Tell = <N extends RequestName>(request: N, fields: Asks<N>) => number | null;

/** A word for programs: the server's, or our own for an answer that did not come. */
export type Code = (typeof CODES)[number] | 'timeout' | 'offline' | 'lost' | 'refused';

/** The request was refused, was not answered in time, or could not be sent. */
export class Refused extends Error {
  // eslint-disable-next-line lingui/no-unlocalized-strings -- the name of the class, for developers
  override readonly name = 'Refused';
  readonly code: Code;

  constructor(code: Code, why: string) {
    super(refusalText(code, why));
    this.code = code;
  }
}

/** What a request was answered with, as it is declared. Throws Refused when it is something else. */
export function granted<N extends RequestName>(request: N, answer: unknown): Granted<N> {
  const shape = ANSWERS[request] as unknown as Shape<Declared[N]['answers']>;
  const found = read(shape, answer);
  if (!found) throw new Refused('malformed', t`The server sent something unreadable.`);
  return found;
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
  readonly ask: Ask = async (request, fields, within = 10_000) =>
    granted(request, await this.#answer(request, fields, within));

  /**
   * Say something whose answer nobody waits for: driving frames, which come twenty times a second and
   * are answered now and then. The id; null when there is no connection.
   */
  readonly tell: Tell = (request, fields) => {
    const id = this.#next++;
    return this.#send(request, requestFrame(id, request, fields)) ? id : null;
  };

  #answer(request: RequestName, fields: object, within: number): Promise<Answer> {
    const id = this.#next++;
    return new Promise<Answer>((resolve, reject) => {
      if (!this.#send(request, requestFrame(id, request, fields))) {
        reject(new Refused('offline', t`There is no connection to the server.`));
        return;
      }
      const timer = setTimeout(() => {
        this.#pending.delete(id);
        reject(new Refused('timeout', t`No answer within ${within / 1000} s.`));
      }, within);
      this.#pending.set(id, { keep: resolve, refuse: reject, timer });
    });
  }

  /** An answer came; false when nobody here waits for it. */
  answered(answer: Answer): boolean {
    const pending = this.#pending.get(answer.id);
    if (!pending) return false;
    this.#pending.delete(answer.id);
    clearTimeout(pending.timer);
    if (answer.ok) pending.keep(answer);
    // The code of a newer server is one that nothing here compares with.
    else
      pending.refuse(
        new Refused((answer.code ?? 'refused') as Code, answer.why ?? t`The server said no.`),
      );
    return true;
  }

  /** The connection is gone, and with it every answer that was still to come. */
  lost(): void {
    for (const pending of this.#pending.values()) {
      clearTimeout(pending.timer);
      pending.refuse(new Refused('lost', t`The connection was lost before the answer came.`));
    }
    this.#pending.clear();
  }
}
