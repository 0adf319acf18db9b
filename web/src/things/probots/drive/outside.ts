/** What the driving parts need from outside; passed in, so that all of them run in tests without a page. */
import type { Answer } from '../../../net/protocol';

export interface Outside {
  /** A request whose answer is waited for. */
  ask(request: string, fields: Record<string, unknown>, within: number): Promise<Answer>;
  /** A frame whose answer comes by `heard`, or never. Its id; null: it could not be sent. */
  tell(request: string, fields: Record<string, unknown>): number | null;
  /** Monotonic milliseconds. */
  now(): number;
  every(milliseconds: number, call: () => void): () => void;
  /** Whether the page can be seen. */
  visible(): boolean;
}
