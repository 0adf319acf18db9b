/**
 * Chooses how the server is reached: by WebSocket, or, where something on the way blocks that and
 * lets HTTP pass, by polling. Goes back to the WebSocket as soon as one is let through.
 *
 * | last tries                                  | next                                          |
 * |---------------------------------------------|-----------------------------------------------|
 * | a WebSocket that said something             | WebSocket                                     |
 * | `BLOCKED_AFTER` WebSockets without a word   | polling                                       |
 * | polling that failed                         | WebSocket, then polling again: HTTP is no     |
 * |                                             | better, so the server is just not there       |
 * | polling, and a WebSocket that was tried     | WebSocket                                     |
 * | beside it said something                    |                                               |
 */
import { PollingSocket } from './polling';

/** So many WebSockets in a row that said nothing are blocked, if polling works. */
export const BLOCKED_AFTER = 2;
/** A WebSocket is tried beside polling after so many milliseconds (the server may just be back). */
export const TRY_FIRST = 500;
/** And then every so many milliseconds. */
export const TRY_EVERY = 60_000;
/** As close code: the server's "come again", for a connection that is better opened anew. */
const COME_AGAIN = 1012;

export interface Makers {
  socket(url: string, subprotocol: string): WebSocket;
  poll(url: string): PollingSocket;
}

const BROWSER: Makers = {
  socket: (url, subprotocol) => new WebSocket(url, subprotocol),
  poll: (url) => new PollingSocket(url),
};

export class Transports {
  readonly #make: Makers;
  #silent = 0;

  constructor(make: Makers = BROWSER) {
    this.#make = make;
  }

  /** A way to the server, as a WebSocket. */
  open(url: string, subprotocol: string): WebSocket {
    if (this.#silent < BLOCKED_AFTER) {
      this.#silent += 1;
      return this.#make.socket(url, subprotocol);
    }
    this.#silent -= 1; // if this fails, a WebSocket has the next turn
    const polling = this.#make.poll(url);
    this.#tryBeside(polling, url, subprotocol, TRY_FIRST);
    // It has of a WebSocket what its holder uses.
    return polling as unknown as WebSocket;
  }

  /** Hear that the way opened last said something: a WebSocket that does is not blocked. */
  spoke(way: object): void {
    if (!isPolling(way)) this.#silent = 0;
  }

  /** Try a WebSocket now and then while polling goes on. */
  #tryBeside(polling: PollingSocket, url: string, subprotocol: string, after: number): void {
    setTimeout(() => {
      if (polling.over) return;
      const socket = this.#make.socket(url, subprotocol);
      socket.onclose = () => {
        this.#tryBeside(polling, url, subprotocol, TRY_EVERY);
      };
      socket.onmessage = () => {
        socket.onclose = null;
        socket.onmessage = null;
        socket.close(1000, 'tried');
        this.#silent = 0;
        polling.end(COME_AGAIN, '');
      };
    }, after);
  }
}

/** Whether this way to the server is no WebSocket. */
export function isPolling(line: object): boolean {
  return 'polling' in line;
}
