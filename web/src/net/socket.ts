/**
 * The connection to the server: opens it, keeps it, and opens it again.
 *
 * | state      | on                             | becomes                                    |
 * |------------|--------------------------------|--------------------------------------------|
 * | connecting | hello                          | live                                       |
 * | connecting | close                          | lost, next try after a wait                |
 * | live       | close, or 2.5 beats of silence | lost, next try after a wait                |
 * | lost       | the wait is over, the network  | lost still, and trying                     |
 * |            | is back, the page is looked at |                                            |
 * |            | again, or Retry                |                                            |
 * | lost       | hello                          | live                                       |
 * | any        | close 4001                     | stopped: the user must go                  |
 *
 * The wait doubles with each failure up to a bound and is jittered, so that a thousand pages do not
 * come back in the same instant after a restart of the server. What the frames mean is left to others.
 */
import { t } from '@lingui/core/macro';
import { Malformed, parseFrame, resumeFrame, SUBPROTOCOL } from './protocol';
import type { Cursor, Hello, ServerFrame } from './protocol';
import { isPolling, Transports } from './transports';

/** Wait before the first retry and the longest wait, in milliseconds. */
export const FIRST_WAIT = 500;
export const LONGEST_WAIT = 15_000;
/** A connection that has not said hello within this many milliseconds is given up. */
export const HELLO_WITHIN = 10_000;
/** So many beats without a sign of life mean that the connection is dead. */
export const BEATS_OF_SILENCE = 2.5;

/** Our own close codes: the browser allows 3000 to 4999 only. */
const CLOSED_SILENT = 4900;
const CLOSED_MALFORMED = 4907;
/** The server's: the session ended, or its rights are others now. */
const SESSION_ENDED = 4001;

export type Connection =
  | { readonly state: 'connecting' }
  | {
      readonly state: 'live';
      readonly since: number;
      /** The WebSocket is blocked: news come by polling, and there is no driving. */
      readonly polling?: true;
    }
  | {
      readonly state: 'lost';
      /** When the loss was noticed, and when the server was heard last; local epoch milliseconds. */
      readonly since: number;
      readonly heard: number;
      /** When the next try starts; absent while one is under way. */
      readonly nextTry?: number;
      readonly tries: number;
      /** For people. */
      readonly why: string;
    };

/** What the socket needs from its surroundings; the tests bring their own. */
export interface Surroundings {
  open(url: string, subprotocol: string): WebSocket;
  /** Hear that what was opened said something. */
  spoke?(way: WebSocket): void;
  /** Local wall clock, epoch milliseconds. */
  now(): number;
  /** A number from 0 up to 1. */
  random(): number;
  online(): boolean;
}

export interface SocketEvents {
  /** What we know when a connection opens. */
  cursor(): Cursor;
  frame(frame: ServerFrame): void;
  state(connection: Connection): void;
  /** The server ended our session and said why. Nothing is tried again. */
  ended(why: string): void;
  /** A connection was not let in, without a word: perhaps the server knows us no more. */
  refused(): void;
  /** Every text in either direction, for the console. */
  text(direction: 'in' | 'out', label: string, text: string): void;
}

function browser(): Surroundings {
  const transports = new Transports();
  return {
    open: (url, subprotocol) => transports.open(url, subprotocol),
    spoke: (way) => {
      transports.spoke(way);
    },
    now: () => Date.now(),
    random: () => Math.random(),
    online: () => navigator.onLine,
  };
}

export class Socket {
  readonly #url: string;
  readonly #events: SocketEvents;
  readonly #around: Surroundings;
  #ws: WebSocket | null = null;
  #connection: Connection = { state: 'connecting' };
  #failures = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #watchdog: ReturnType<typeof setTimeout> | undefined;
  #beat = HELLO_WITHIN / BEATS_OF_SILENCE;
  #hello: Hello | null = null;
  #stopped = false;

  constructor(url: string, events: SocketEvents, around: Surroundings = browser()) {
    this.#url = url;
    this.#events = events;
    this.#around = around;
  }

  get connection(): Connection {
    return this.#connection;
  }

  /** The last hello, or null before the first. */
  get hello(): Hello | null {
    return this.#hello;
  }

  /**
   * Connect. `heard` is when the server was heard last, at an earlier visit, where that is what is
   * shown: then the connection counts as lost since, until it is there.
   */
  start(heard?: number): void {
    this.#stopped = false;
    if (heard !== undefined) {
      this.#lastWord = heard;
      const why = t`The server cannot be reached.`;
      this.#become({ state: 'lost', since: heard, heard, tries: 0, why });
    }
    this.#open();
  }

  /** When the server said something last, over any connection; local epoch milliseconds. */
  get lastWord(): number | undefined {
    return this.#lastWord;
  }

  /** Close for good. */
  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#retry);
    this.#drop(1000, 'the page was closed');
  }

  /** Try now instead of at the end of the wait: Retry was pressed, or the network came back. */
  retry(): void {
    if (this.#stopped || this.#ws || this.#connection.state !== 'lost') return;
    clearTimeout(this.#retry);
    this.#open();
  }

  /**
   * The page was hidden or the computer asleep and is looked at again. Timers may have been frozen,
   * so a connection that looks live is held to its deadline now.
   */
  wake(): void {
    if (this.#connection.state === 'lost') this.retry();
    else if (this.#ws && this.#around.now() - this.#heardAt > this.#silence) this.#silent();
  }

  /** Send a text; false when there is no live connection to send it on. */
  send(label: string, text: string): boolean {
    if (!this.#ws || this.#connection.state !== 'live') return false;
    this.#ws.send(text);
    this.#events.text('out', label, text);
    return true;
  }

  #heardAt = 0;
  /** When the server said something last, over any connection. */
  #lastWord: number | undefined;
  /** Whether this connection has said hello. */
  #greeted = false;

  get #silence(): number {
    return this.#beat * BEATS_OF_SILENCE;
  }

  #open(): void {
    this.#become(
      this.#connection.state === 'lost'
        ? {
            state: 'lost',
            since: this.#connection.since,
            heard: this.#connection.heard,
            tries: this.#connection.tries + 1,
            why: this.#connection.why,
          }
        : { state: 'connecting' },
    );
    let ws: WebSocket;
    try {
      ws = this.#around.open(this.#url, SUBPROTOCOL);
    } catch (error) {
      this.#lost(error instanceof Error ? error.message : String(error));
      return;
    }
    this.#ws = ws;
    this.#greeted = false;
    this.#beat = HELLO_WITHIN / BEATS_OF_SILENCE;
    this.#heard();
    ws.onopen = () => {
      if (ws !== this.#ws) return;
      const { epoch, seq } = this.#events.cursor();
      const text = resumeFrame(epoch, seq);
      ws.send(text);
      this.#events.text('out', 'resume', text);
    };
    ws.onmessage = (message: MessageEvent<unknown>) => {
      if (ws === this.#ws) this.#message(message.data);
    };
    ws.onclose = (closed: CloseEvent) => {
      if (ws !== this.#ws) return;
      this.#ws = null;
      if (closed.code === SESSION_ENDED) {
        this.stop();
        this.#events.ended(closed.reason);
        return;
      }
      if (closed.code === 1006 && !this.#greeted) this.#events.refused();
      this.#lost(reasonOf(closed, this.#around.online()));
    };
  }

  #message(data: unknown): void {
    this.#heard();
    this.#lastWord = this.#heardAt;
    if (typeof data !== 'string') return;
    let frame: ServerFrame;
    try {
      frame = parseFrame(data);
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
      this.#events.text('in', 'malformed', data);
      this.#drop(CLOSED_MALFORMED, 'malformed frame');
      this.#lost(t`The server sent something this page cannot read (${error.message}).`);
      return;
    }
    this.#events.text('in', frame.t === 'other' ? frame.was : frame.t, data);
    if (frame.t === 'hello') {
      this.#hello = frame;
      this.#greeted = true;
      this.#beat = frame.beat;
      this.#failures = 0;
      this.#heard();
      this.#events.frame(frame);
      if (this.#ws) this.#around.spoke?.(this.#ws);
      const polling = this.#ws !== null && isPolling(this.#ws);
      const since = this.#around.now();
      this.#become(polling ? { state: 'live', since, polling } : { state: 'live', since });
    } else {
      this.#events.frame(frame);
    }
  }

  #heard(): void {
    this.#heardAt = this.#around.now();
    clearTimeout(this.#watchdog);
    this.#watchdog = setTimeout(() => {
      this.#silent();
    }, this.#silence);
  }

  #silent(): void {
    const seconds = Math.round((this.#around.now() - this.#heardAt) / 1000);
    this.#drop(CLOSED_SILENT, 'silence');
    this.#lost(t`Nothing was heard from the server for ${seconds} s.`);
  }

  /** Let go of the connection without waiting for the other side to agree. */
  #drop(code: number, reason: string): void {
    clearTimeout(this.#watchdog);
    const ws = this.#ws;
    this.#ws = null;
    ws?.close(code, reason);
  }

  #lost(why: string): void {
    clearTimeout(this.#watchdog);
    if (this.#stopped) return;
    const now = this.#around.now();
    const wait = waitBefore(this.#failures, this.#around.random());
    this.#failures += 1;
    this.#become({
      state: 'lost',
      since: this.#connection.state === 'lost' ? this.#connection.since : now,
      heard: this.#connection.state === 'lost' ? this.#connection.heard : (this.#lastWord ?? now),
      tries: this.#connection.state === 'lost' ? this.#connection.tries : 0,
      nextTry: now + wait,
      why,
    });
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => {
      this.#open();
    }, wait);
  }

  #become(connection: Connection): void {
    this.#connection = connection;
    this.#events.state(connection);
  }
}

/** Milliseconds to wait after so many failures in a row: doubled each time, half of it left to chance. */
export function waitBefore(failures: number, chance: number): number {
  const longest = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** Math.min(failures, 10));
  return Math.round(longest * (0.5 + chance / 2));
}

/** Why a connection closed, in words for people. */
export function reasonOf(closed: { code: number; reason: string }, online: boolean): string {
  if (!online) return t`This device is offline.`;
  const said = closed.reason ? ` (${closed.reason})` : '';
  switch (closed.code) {
    case 1001:
      return t`The server is going away${said}.`;
    case 1006:
      return t`The server cannot be reached.`;
    case 1007:
    case 1008:
      return t`The server refused what this page sent${said}.`;
    case 1012:
      return t`Another way to the server is better now.`;
    case 1009:
      return t`This page sent too large a message${said}.`;
    case 4008:
      return t`This page was too slow for the server${said}.`;
    case 4029:
      return t`The server has too many connections${said}.`;
    default:
      return t`The connection was closed with code ${closed.code}${said}.`;
  }
}
