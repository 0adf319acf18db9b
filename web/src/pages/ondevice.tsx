/**
 * What makes an app of the page: its service worker, what is kept for a start without a network, and
 * what it has to say about them. Its code comes once the page has what it came for.
 */
import { useSignalEffect } from '@preact/signals';
import type { ComponentType } from 'preact';
import { useState } from 'preact/hooks';
import { useLive } from '../app/context';

/** Milliseconds after the first picture of the world, for the map to be drawn. */
const AFTER = 3000;

export function OnDevice() {
  const { ready } = useLive();
  const [found, setFound] = useState<{ readonly Part: ComponentType } | null>(null);
  useSignalEffect(() => {
    if (!ready.value) return undefined;
    let gone = false;
    const timer = setTimeout(() => {
      import('./device').then(
        ({ Device }) => {
          if (!gone) setFound({ Part: Device });
        },
        () => undefined, // the server is away: at the next visit
      );
    }, AFTER);
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  });
  return found && <found.Part />;
}
