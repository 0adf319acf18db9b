/** Tells a screen reader once that a link is lost, and once that all is well again. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { useServer, useTime } from '../../app/context';
import { useRoster } from '../context';
import { ALL_WELL } from '../links';
import type { Links } from '../links';
import { linksText } from './linkstext';
import { BANNER_AFTER } from './status';

export function LinkAnnouncer() {
  const text = useSpoken();
  return (
    <p class="hidden" role="alert" aria-atomic="true" data-spoken="links">
      {text}
    </p>
  );
}

/** What is spoken: it changes only when what is lost does, and waits in case it is back at once. */
function useSpoken(): string {
  const { connection } = useServer();
  const { clock } = useTime();
  const { links } = useRoster();
  const [spoken, setSpoken] = useState('');
  const about = useRef<Links>(ALL_WELL);
  const now = links.value;
  const connected = connection.value.state === 'live';
  useEffect(() => {
    const timer = setTimeout(() => {
      // While we try to connect for the first time there is nothing to say.
      if (now === ALL_WELL && !connected) return;
      const text = linksText(now, about.current, clock.live());
      about.current = now;
      if (text !== null) setSpoken(text);
    }, BANNER_AFTER);
    return () => {
      clearTimeout(timer);
    };
  }, [now, connected, clock]);
  return spoken;
}
