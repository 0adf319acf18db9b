/**
 * Transitions told by the browser while the page is not looked at: only after somebody asked for it
 * here and the browser agreed.
 */
import { t } from '@lingui/core/macro';
import { BellRing } from 'lucide';
import { useEffect, useState } from 'preact/hooks';
import { usePreferences } from '../../app/context';
import { useRegions } from './context';
import { Icon } from '../../ui/icon';
import { useNames } from './pieces';
import { transitionNote, transitionText } from './wording';

/** Absent in some browsers, and without a secure connection, whatever the types say. */
function offered(): typeof Notification | undefined {
  return (globalThis as { Notification?: typeof Notification }).Notification;
}

/** Speaks to the browser; draws nothing. */
export function BrowserNotices() {
  const preferences = usePreferences();
  const { notifications } = useRegions();
  const nameOf = useNames();
  useEffect(
    () =>
      notifications.onNews((transition) => {
        const { crossings, notify } = preferences.settings.peek();
        const notices = offered();
        if (!crossings || !notify || notices?.permission !== 'granted') return;
        if (document.visibilityState === 'visible') return;
        try {
          const notice = new notices(transitionText(transition, nameOf(transition.thing)), {
            body: transitionNote(transition).text,
            tag: `crossing/${String(transition.n)}`,
          });
          notice.onclick = () => {
            window.focus();
            notice.close();
          };
        } catch {
          // Phones let only service workers do this; the list has it all.
        }
      }),
    [notifications, preferences, nameOf],
  );
  return null;
}

/** Whether the browser tells them too, to be switched by anybody who reads the list. */
export function NotifyChoice() {
  const preferences = usePreferences();
  const { crossings, notify } = preferences.settings.value;
  const notices = offered();
  const [permission, setPermission] = useState(notices?.permission);
  if (!crossings || notices === undefined || permission === undefined) return null;
  const on = notify && permission === 'granted';
  return (
    <p class="notify">
      <label class="check">
        <input
          type="checkbox"
          checked={on}
          disabled={permission === 'denied'}
          onChange={(change) => {
            if (!change.currentTarget.checked) {
              preferences.change({ notify: false });
              return;
            }
            notices.requestPermission().then(
              (answer) => {
                setPermission(answer);
                preferences.change({ notify: answer === 'granted' });
              },
              () => undefined,
            );
          }}
        />
        <Icon of={BellRing} size={14} />
        <span>
          {permission === 'denied'
            ? t`This browser was told not to show notifications`
            : t`Also while I look elsewhere`}
        </span>
      </label>
    </p>
  );
}
