/** About one thing: the alerts that wait, and the last of the others. */
import { t } from '@lingui/core/macro';
import { useState } from 'preact/hooks';
import { writePlace } from '../../app/address';
import { useNavigation } from '../../app/context';
import type { Key } from '../../app/world';
import { useAlerts } from './count';
import './alerts.css';
import { AlertItem } from './item';
import { alertsAbout } from './order';

/** So many of those that are done with. */
const LAST = 3;

export function AlertsAbout({ of }: { of: Key }) {
  const { go } = useNavigation();
  const { present, changed } = useAlerts();
  const [opened, setOpened] = useState<Key | null>(null);
  void changed.value;
  const found = alertsAbout(present, of, LAST);
  if (found.length === 0) return null;
  return (
    <section class="part alerts-about" data-alerts={found.length}>
      <h3>
        {t`Alerts`}
        <a
          href={writePlace({ section: 'alerts' })}
          onClick={(click) => {
            if (click.metaKey || click.ctrlKey || click.shiftKey) return;
            click.preventDefault();
            go('alerts');
          }}
        >{t`All alerts`}</a>
      </h3>
      <ol class="alert-list">
        {found.map((alert) => (
          <AlertItem
            key={alert.key}
            alert={alert}
            opened={opened === alert.key}
            open={() => {
              setOpened(opened === alert.key ? null : alert.key);
            }}
          />
        ))}
      </ol>
    </section>
  );
}
