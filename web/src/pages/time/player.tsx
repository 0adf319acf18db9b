/** Playing the past: steps, speed, pause. */
import { t } from '@lingui/core/macro';
import { Pause, Play } from 'lucide';
import { usePast } from '../../past/context';
import { RATES } from '../../past/timetravel';
import type { Rate } from '../../past/timetravel';
import { Icon } from '../../ui/icon';

export function Player() {
  const past = usePast();
  const playing = past.playing.value;
  return (
    <div class="player">
      <button
        type="button"
        class="icon-button"
        aria-label={playing ? t`Pause` : t`Play the day`}
        title={playing ? t`Pause (P)` : t`Play the day (P)`}
        onClick={() => {
          if (playing) past.pause();
          else past.play();
        }}
      >
        <Icon of={playing ? Pause : Play} />
      </button>
      <select
        aria-label={t`Speed of playing`}
        value={String(past.rate.value)}
        onChange={(event) => {
          past.rate.value = Number(event.currentTarget.value) as Rate;
        }}
      >
        {RATES.map((rate) => (
          <option key={rate} value={String(rate)}>
            {rate}×
          </option>
        ))}
      </select>
    </div>
  );
}
