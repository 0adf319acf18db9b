/** How much of the day the bar shows. */
import { t } from '@lingui/core/macro';
import { Minus, Plus } from 'lucide';
import { useTime } from '../../app/context';
import { usePast } from '../../past/context';
import { SHORTEST, isWhole, lengthOf, stepped } from '../../past/stretch';
import { spanText } from '../../app/ages';
import { Icon } from '../../ui/icon';

const words = () => ({
  group: t`How much of the day the bar shows`,
  nearer: t`Show a shorter time on the bar`,
  farther: t`Show a longer time on the bar`,
  whole: t`whole day`,
});

export function ZoomButtons() {
  const { clock } = useTime();
  const past = usePast();
  const day = past.day.value;
  const stretch = past.stretch.value;
  const whole = isWhole(stretch, day);
  const step = (nearer: boolean) => {
    past.zoom(stepped(stretch, day, nearer, past.at.peek() ?? clock.live()));
  };
  return (
    <div class="bar-zoom" role="group" aria-label={words().group}>
      <button
        type="button"
        class="icon-button small"
        aria-label={words().farther}
        title={`${words().farther} (−)`}
        disabled={whole}
        onClick={() => {
          step(false);
        }}
      >
        <Icon of={Minus} size={14} />
      </button>
      <span aria-live="polite">{whole ? words().whole : spanText(lengthOf(stretch))}</span>
      <button
        type="button"
        class="icon-button small"
        aria-label={words().nearer}
        title={`${words().nearer} (+)`}
        disabled={lengthOf(stretch) <= SHORTEST}
        onClick={() => {
          step(true);
        }}
      >
        <Icon of={Plus} size={14} />
      </button>
    </div>
  );
}
