/** The one big button, and what came of it. */
import { t } from '@lingui/core/macro';
import { OctagonX } from 'lucide';
import { timeText } from '../../../app/ages';
import { useTime } from '../../../app/context';
import { useDriving } from './context';
import { Icon } from '../../../ui/icon';

/** How long what came of it stays in sight, in milliseconds; a failure stays. */
const SHOWN = 8000;

export function StopButton({ name }: { name: string | null }) {
  const { now } = useTime();
  const { stopNow, stopper } = useDriving();
  const last = stopper.last.value;
  const wall = Date.now();
  void now.value;
  const shown = last && (last.state !== 'done' || wall - last.at < SHOWN) ? last : null;
  return (
    <div class="stop-place">
      <button
        type="button"
        class="stop-button"
        aria-keyshortcuts="Space"
        // Not on click: a stop does not wait for the finger to go up again.
        onPointerDown={(event) => {
          if (event.button === 0) stopNow();
        }}
        onClick={(event) => {
          // By keyboard or a screen reader; a pointer has been heard already.
          if (event.detail === 0) stopNow();
        }}
      >
        <Icon of={OctagonX} size={24} />
        <b>{name === null ? t`Stop all` : t`Stop ${name}`}</b>
        <kbd>{t`Space`}</kbd>
      </button>
      <p class="stop-said" data-stop-state={shown?.state} role="status">
        {shown && (
          <>
            <time>{timeText(shown.at / 1000, wall / 1000)}</time> {shown.text}
          </>
        )}
      </p>
    </div>
  );
}
