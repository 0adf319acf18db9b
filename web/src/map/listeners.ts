/** A list of listeners of one event. */
import type { Unsubscribe } from './types';

export class Listeners<T> {
  private readonly listeners = new Set<(value: T) => void>();

  add(listener: (value: T) => void): Unsubscribe {
    // Wrapped, so that the same function added twice is heard twice and ended separately.
    const own = (value: T) => listener(value);
    this.listeners.add(own);
    return () => this.listeners.delete(own);
  }

  tell(value: T): void {
    for (const listener of [...this.listeners]) listener(value);
  }
}
