/** What the driving parts need from outside; passed in, so that all of them run in tests without a page. */
import type { Ask, Tell } from '../../../net/requests';

export interface Outside {
  /** A request whose answer is waited for. */
  readonly ask: Ask;
  /** A frame whose answer comes by `heard`, or never. Its id; null: it could not be sent. */
  readonly tell: Tell;
  /** Monotonic milliseconds. */
  now(): number;
  every(milliseconds: number, call: () => void): () => void;
  /** Whether the page can be seen. */
  visible(): boolean;
}
