/** What other parts ask of the console: a topic to publish to, and what went wrong meanwhile. */
import { signal } from '@preact/signals';

export const wishes = {
  topic: signal(''),
  said: signal(''),
};
