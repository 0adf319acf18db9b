/** What a visitor of a shared link is told all the time, and what changed while one was in. */
import { Link2 } from 'lucide';
import { useEffect, useState } from 'preact/hooks';
import { ageText } from '../app/ages';
import { useTime, useWho } from '../app/context';
import { useNewPhones } from '../things/friends/add/context';
import { Icon } from '../ui/icon';
import { whenText } from './wording';

export function SharedBanner() {
  const { now } = useTime();
  const { visitor } = useWho();
  if (visitor.way !== 'link' || visitor.expires === undefined) return null;
  const left = visitor.expires - now.value;
  return (
    <aside class="shared-banner" data-banner="shared" aria-label="Shared link">
      <Icon of={Link2} size={17} />
      <span>
        Shared with you until <b>{whenText(visitor.expires, now.value)}</b>
        {left > 0 && left < 48 * 3600 && <span class="muted"> · {ageText(left)} left</span>}
      </span>
    </aside>
  );
}

/** A word in passing, gone by itself. */
const SHOWN = 8000;

export function PassingNote() {
  const { session } = useWho();
  const state = session?.state.value;
  const { stage } = useNewPhones();
  // Who adds a phone has other rights from then on, and is told something better just then.
  const busy = stage.value.is !== 'closed';
  const note = state?.is === 'in' && !busy ? state.notice : undefined;
  const [shown, setShown] = useState(true);
  useEffect(() => {
    const timer = setTimeout(() => {
      setShown(false);
    }, SHOWN);
    return () => {
      clearTimeout(timer);
    };
  }, []);
  return (
    <p class={note !== undefined && shown ? 'passing' : 'hidden'} role="status">
      {shown ? note : ''}
    </p>
  );
}
