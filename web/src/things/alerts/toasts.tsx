/**
 * A notice of an alert that has just come. It goes by itself, unless it is urgent or somebody looks at
 * it; a screen reader is told politely. A transition that the alert tells of is not told beside it.
 */
import { t } from '@lingui/core/macro';
import { X } from 'lucide';
import { useEffect, useState } from 'preact/hooks';
import { useNavigation, usePreferences, useTime } from '../../app/context';
import type { Key } from '../../app/world';
import { ActButton } from '../../ui/actbutton';
import { Icon } from '../../ui/icon';
import { useRegions } from '../regions/context';
import type { Transition } from '../regions/transitions';
import { useAlerts } from './count';
import './alerts.css';
import { AlertSign, useAct, useWho } from './pieces';
import { readAlert } from './read';
import type { Alert } from './read';
import { chime, vibrate } from './sound';
import { alertText, whenText } from './wording';

/** Milliseconds a notice stays when nobody points at it. */
const SHOWN = 12_000;
/** At most so many at once. */
const MOST = 3;

export function AlertToasts() {
  const { present, news, changed, dismiss } = useAlerts();
  const { settings } = usePreferences();
  const [held, setHeld] = useState(false);
  void changed.value;
  const all = news.value.flatMap((key) => {
    const thing = present.get(key);
    const alert = thing && readAlert(thing);
    return alert?.status === 'open' ? [alert] : [];
  });
  const shown = useQuiet() ? [] : all.slice(0, MOST);
  useManners(shown[0]?.key);
  useOnce(shown);
  const passing = shown.filter(({ urgent }) => !urgent).map(({ key }) => key);
  const newest = passing[0];
  useEffect(() => {
    if (held || newest === undefined) return;
    const timer = setTimeout(() => {
      for (const key of passing) dismiss(key);
    }, SHOWN);
    return () => {
      clearTimeout(timer);
    };
  }, [held, newest]);
  useEffect(() => {
    if (!settings.value.alerts) dismiss();
  }, [news.value, settings.value.alerts]);
  const hold = (on: boolean) => () => {
    setHeld(on);
  };
  return (
    <>
      <Spoken alerts={shown} />
      {shown.length > 0 && (
        <section
          class="toasts"
          aria-label={t`Alerts just now`}
          onPointerEnter={hold(true)}
          onPointerLeave={hold(false)}
          onFocusCapture={hold(true)}
          onBlurCapture={hold(false)}
        >
          {shown.map((alert) => (
            <AlertToast key={alert.key} alert={alert} />
          ))}
        </section>
      )}
    </>
  );
}

/** Whether nothing may come over what somebody does: they drive, draw, or read the list. */
function useQuiet(): boolean {
  const { section, robot } = useNavigation();
  const { regions } = useRegions();
  const { settings } = usePreferences();
  const driven = section.value === 'robots' && robot.value !== null;
  return (
    driven || section.value === 'alerts' || regions.editing.value !== null || !settings.value.alerts
  );
}

/** Sound and vibrate for each that comes, where that was chosen. */
function useManners(newest: Key | undefined): void {
  const { settings } = usePreferences();
  useEffect(() => {
    if (newest === undefined) return;
    const { alertSound, alertVibration } = settings.peek();
    if (alertSound) chime();
    if (alertVibration) vibrate();
  }, [newest, settings]);
}

/** Take away notices of the transitions that these alerts tell of. */
function useOnce(alerts: readonly Alert[]): void {
  const { notifications } = useRegions();
  const { transitions } = notifications.current.value;
  useEffect(() => {
    for (const transition of transitions) {
      if (alerts.some((alert) => isOfTransition(alert, transition)))
        notifications.dismiss(transition.n);
    }
  }, [alerts.map(({ key }) => key).join(' '), transitions, notifications]);
}

export function isOfTransition({ thing, condition }: Alert, transition: Transition): boolean {
  const event = condition.type === 'arrives' ? 'enter' : 'leave';
  return (
    (condition.type === 'arrives' || condition.type === 'leaves') &&
    event === transition.event &&
    thing === transition.thing &&
    `region/${condition.region ?? ''}` === transition.region
  );
}

/** What a screen reader is told; filled after it is there, or it would not be heard. */
function Spoken({ alerts }: { alerts: readonly Alert[] }) {
  const who = useWho();
  const [text, setText] = useState('');
  const words = alerts.map((alert) => alertText(alert, who(alert.thing))).join('. ');
  useEffect(() => {
    setText(words);
  }, [words]);
  return (
    <p class="hidden" role="status" aria-live="polite" aria-atomic="true" data-spoken="alerts">
      {text}
    </p>
  );
}

function AlertToast({ alert }: { alert: Alert }) {
  const { now } = useTime();
  const { go } = useNavigation();
  const alerts = useAlerts();
  const who = useWho();
  const act = useAct();
  const text = alertText(alert, who(alert.thing));
  return (
    <div class="toast alert-toast" data-alert-toast={alert.key} data-urgent={alert.urgent}>
      <button
        type="button"
        class="toast-body"
        onClick={() => {
          alerts.shown.value = alert.key;
          go('alerts');
        }}
      >
        <AlertSign alert={alert} />
        <span class="what">
          <b>{text}</b>
          <small>
            {alert.urgent && <span class="tag urgent">{t`Urgent`}</span>}
            {whenText(alert, now.value)}
          </small>
        </span>
      </button>
      <ActButton
        words={t`Acknowledge`}
        label={t`Acknowledge: ${text}`}
        act={() => act(alert.key, 'acknowledge')}
      />
      <button
        type="button"
        class="icon-button"
        aria-label={t`Dismiss`}
        onClick={() => {
          alerts.dismiss(alert.key);
        }}
      >
        <Icon of={X} size={16} />
      </button>
    </div>
  );
}
