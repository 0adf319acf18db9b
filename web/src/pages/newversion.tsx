/**
 * That a newer version of the page is there: offered, never forced. Nothing is said while a robot is
 * driven or a region is drawn; it is said afterwards.
 */
import { t } from '@lingui/core/macro';
import { RefreshCw, X } from 'lucide';
import { useState } from 'preact/hooks';
import type { AppWorker } from '../app/appworker';
import { useNavigation } from '../app/context';
import { useDriving } from '../things/probots/drive/context';
import { useRegions } from '../things/regions/context';
import { Icon } from '../ui/icon';

export function NewVersion({ worker }: { worker: AppWorker }) {
  const { section, robot } = useNavigation();
  const { driver } = useDriving();
  const { regions } = useRegions();
  const [later, setLater] = useState(false);
  const driven =
    (section.value === 'robots' && robot.value !== null) || driver.control.value.state !== 'free';
  if (!worker.fresh.value || later || driven || regions.editing.value !== null) return null;
  return (
    <section class="app-note" aria-label={t`New version`} data-app-note="version">
      <Icon of={RefreshCw} size={20} />
      <p role="status">
        <b>{t`A new version of this page is there`}</b>
        <small>{t`Loading it takes a moment. You stay where you are.`}</small>
      </p>
      <button
        type="button"
        class="button primary"
        onClick={() => {
          worker.takeOver();
        }}
      >{t`Load it`}</button>
      <button
        type="button"
        class="icon-button"
        aria-label={t`Later`}
        onClick={() => {
          setLater(true);
        }}
      >
        <Icon of={X} />
      </button>
    </section>
  );
}
