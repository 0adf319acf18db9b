/** What a visitor of a shared link is told all the time, and what changed while one was in. */
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
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
  const until = whenText(visitor.expires, now.value);
  const age = ageText(left);
  return (
    <aside class="shared-banner" data-banner="shared" aria-label={t`Shared link`}>
      <Icon of={Link2} size={17} />
      <span>
        <Trans>
          Shared with you until <b>{until}</b>
        </Trans>
        {left > 0 && left < 48 * 3600 && <span class="muted"> · {t`${age} left`}</span>}
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
