/** When the list has been painted: from then on the map's code may be read. */
import { effect, signal } from '@preact/signals';
import type { ReadonlySignal } from '@preact/signals';

/** The map does not wait longer than this for a server that says nothing, in milliseconds. */
const AT_MOST = 4000;

export interface Listed {
  readonly so: ReadonlySignal<boolean>;
  end(): void;
}

/** `ready`: there is something to list. */
export function whenListed(ready: ReadonlySignal<boolean>, atMost = AT_MOST): Listed {
  const so = signal(false);
  let over = false;
  const now = () => {
    if (!over) so.value = true;
  };
  const timer = setTimeout(now, atMost);
  const undo = effect(() => {
    if (!ready.value) return;
    // A frame to draw it in, and the paint that ends that frame. A hidden page has no frames.
    if (document.visibilityState === 'hidden') now();
    else requestAnimationFrame(() => setTimeout(now));
  });
  return {
    so,
    end() {
      over = true;
      clearTimeout(timer);
      undo();
    },
  };
}
