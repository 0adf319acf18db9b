/** How much of the day the bar shows. */
import { Minus, Plus } from 'lucide';
import { useTime } from '../../app/context';
import { usePast } from '../../past/context';
import { SHORTEST, isWhole, lengthOf, stepped } from '../../past/stretch';
import { spanText } from '../../app/ages';
import { Icon } from '../../ui/icon';

const WORDS = {
  group: 'How much of the day the bar shows',
  nearer: 'Show a shorter time on the bar',
  farther: 'Show a longer time on the bar',
  whole: 'whole day',
};

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
    <div class="bar-zoom" role="group" aria-label={WORDS.group}>
      <button
        type="button"
        class="icon-button small"
        aria-label={WORDS.farther}
        title={`${WORDS.farther} (−)`}
        disabled={whole}
        onClick={() => {
          step(false);
        }}
      >
        <Icon of={Minus} size={14} />
      </button>
      <span aria-live="polite">{whole ? WORDS.whole : spanText(lengthOf(stretch))}</span>
      <button
        type="button"
        class="icon-button small"
        aria-label={WORDS.nearer}
        title={`${WORDS.nearer} (+)`}
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
