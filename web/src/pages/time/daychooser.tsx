/** Choosing the day that is looked at. */
import { ChevronLeft, ChevronRight } from 'lucide';
import { usePast } from '../../past/context';
import { Icon } from '../../ui/icon';

export function DayChooser({ today }: { readonly today: boolean }) {
  const past = usePast();
  const { name } = past.day.value;
  return (
    <div class="day-chooser">
      <button
        type="button"
        class="icon-button small"
        aria-label="The day before"
        onClick={() => {
          past.dayBeside(-1);
        }}
      >
        <Icon of={ChevronLeft} size={16} />
      </button>
      <input
        type="date"
        aria-label="Day"
        value={name}
        onChange={(event) => {
          past.dayNamed(event.currentTarget.value);
        }}
      />
      <button
        type="button"
        class="icon-button small"
        aria-label="The day after"
        disabled={today}
        onClick={() => {
          past.dayBeside(1);
        }}
      >
        <Icon of={ChevronRight} size={16} />
      </button>
    </div>
  );
}
