/** One alert in a list: what happened, when, how urgent; opened, all that is known of it. */
import { t } from '@lingui/core/macro';
import { ChevronDown } from 'lucide';
import { useEffect, useRef } from 'preact/hooks';
import { useCaller } from '../../app/people';
import { useTime } from '../../app/context';
import { ActButton } from '../../ui/actbutton';
import { Icon } from '../../ui/icon';
import { AlertDetails } from './details';
import { CallLink } from './call';
import { AlertSign, ruleName, useAct, useWho } from './pieces';
import { useAlerts } from './count';
import type { Alert } from './read';
import { agoText, alertText, calledBy, statusText, whenText } from './wording';

export function AlertItem({
  alert,
  opened,
  open,
  found = false,
}: {
  alert: Alert;
  opened: boolean;
  open(): void;
  /** Somebody came here for this one. */
  found?: boolean;
}) {
  const who = useWho()(alert.thing);
  const act = useAct();
  const head = useRef<HTMLButtonElement>(null);
  const text = alertText(alert, who);
  const waits = alert.status === 'open';
  useEffect(() => {
    if (!found) return;
    head.current?.focus();
    head.current?.scrollIntoView({ block: 'center' });
  }, [found]);
  return (
    <li class="alert-row" data-alert={alert.key} data-status={alert.status}>
      <div class="alert-line">
        <button
          ref={head}
          type="button"
          class="alert-head"
          aria-expanded={opened}
          onClick={open}
          onKeyDown={(key) => {
            if (key.key.toLowerCase() !== 'a' || key.ctrlKey || key.metaKey || !waits) return;
            key.preventDefault();
            // A refusal is said by the button beside it.
            key.currentTarget
              .closest('.alert-line')
              ?.querySelector<HTMLButtonElement>('.act button')
              ?.click();
          }}
        >
          <AlertSign alert={alert} />
          <span class="alert-what">
            <b>{text}</b>
            <AlertNote alert={alert} />
          </span>
          <Icon of={ChevronDown} size={16} />
        </button>
        <CallLink of={alert.thing} />
        {waits && (
          <ActButton
            words={t`Acknowledge`}
            label={t`Acknowledge: ${text}`}
            act={() => act(alert.key, 'acknowledge')}
          />
        )}
      </div>
      {opened && <AlertDetails alert={alert} who={who} />}
    </li>
  );
}

/** When, how long ago, by which rule, whose, and what became of it. */
function AlertNote({ alert }: { alert: Alert }) {
  const { now } = useTime();
  const { present, account } = useAlerts();
  const { owner, status, at } = alert;
  const called = useCaller();
  const rule = ruleName(present, alert.rule);
  const whose = called(owner);
  const parts = [
    whenText(alert, now.value),
    ...(status === 'open'
      ? [agoText(at, now.value)]
      : [statusText(calledBy(alert, called), now.value)]),
    ...(rule === '' ? [] : [rule]),
    ...(owner === account || account === null ? [] : [t`rule of ${whose}`]),
  ];
  return (
    <small>
      {alert.urgent && <span class="tag urgent">{t`Urgent`}</span>}
      {alert.lasting && status === 'open' && <span class="tag">{t`Goes on`}</span>}
      <span>{parts.join(' · ')}</span>
    </small>
  );
}
