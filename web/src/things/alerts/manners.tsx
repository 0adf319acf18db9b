/** How this page tells of alerts as they happen: as a notice, with a sound, with a vibration. */
import { t } from '@lingui/core/macro';
import { usePreferences } from '../../app/context';
import { Card } from '../../ui/section';
import { canVibrate, chime } from './sound';

export function Manners() {
  const preferences = usePreferences();
  const { alerts, alertSound, alertVibration } = preferences.settings.value;
  return (
    <Card name={t`While this page is open`} class="alert-manners">
      <Tick
        on={alerts}
        words={t`Show a notice when something happens`}
        choose={(on) => {
          preferences.change({ alerts: on });
        }}
      />
      <Tick
        on={alertSound}
        words={t`With a sound`}
        choose={(on) => {
          preferences.change({ alertSound: on });
          // So that one knows it; browsers also want to be touched before they sound.
          if (on) chime();
        }}
      />
      {canVibrate() && (
        <Tick
          on={alertVibration}
          words={t`With a vibration`}
          choose={(on) => {
            preferences.change({ alertVibration: on });
          }}
        />
      )}
    </Card>
  );
}

function Tick({ on, words, choose }: { on: boolean; words: string; choose(on: boolean): void }) {
  return (
    <label class="check">
      <input
        type="checkbox"
        checked={on}
        onChange={(changed) => {
          choose(changed.currentTarget.checked);
        }}
      />
      <span>{words}</span>
    </label>
  );
}
