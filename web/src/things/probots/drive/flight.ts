/** What goes out of the driver's page and what comes back, and what the driver is told. */
import { NOTHING, RELEASED } from './intent';
import type { Keys, Wish } from './intent';

/** Something to be told to the driver. `refused`: the server said no to what was asked. */
export interface Notice {
  readonly tone: 'bad' | 'warn' | 'info';
  readonly text: string;
  /** Of the refusal it tells. */
  readonly code?: string;
}

/** What goes out and what comes back, as it is now. */
export interface Flight {
  readonly keys: Keys;
  readonly wish: Wish;
  /** Frames in the last second. */
  readonly rate: number;
  /** Why nothing that moves is let out; null when it is. */
  readonly locked: string | null;
  /** Whether something is held that does not count because of it. */
  readonly held: boolean;
  /** The server's word on the last frames it answered. */
  readonly verdict?: string;
  /** What it passed on to the robot. */
  readonly sent?: string;
  /** From the page to the server and back, in milliseconds. */
  readonly roundTrip?: number;
  /** From the server to the broker and back, in milliseconds. */
  readonly trip?: number;
}

export const GROUNDED: Flight = {
  keys: RELEASED,
  wish: NOTHING,
  rate: 0,
  locked: null,
  held: false,
};
