/** The day and the time that are looked at: said, stepped through, typed, and chosen in a calendar. */
import { t } from '@lingui/core/macro';
import { CalendarDays, ChevronLeft, ChevronRight } from 'lucide';
import { useEffect, useRef, useState } from 'preact/hooks';
import { useTime } from '../../app/context';
import { usePast } from '../../past/context';
import { clockOn } from '../../past/day';
import { clockField, shortDayText } from '../../ui/times';
import { Icon } from '../../ui/icon';
import { CalendarDialog } from './calendar';

const words = () => ({
  before: t`The day before`,
  after: t`The day after`,
  choose: t`Choose a day`,
  time: t`Time of day, typed`,
});

export function DayChooser({ today }: { readonly today: boolean }) {
  const past = usePast();
  const [open, setOpen] = useState(false);
  const day = past.day.value;
  const text = shortDayText(day.start);
  return (
    <div class="day-chooser">
      <button
        type="button"
        class="icon-button small"
        aria-label={words().before}
        onClick={() => {
          past.dayBeside(-1);
        }}
      >
        <Icon of={ChevronLeft} size={16} />
      </button>
      <button
        type="button"
        class="day-button"
        data-day={day.name}
        aria-haspopup="dialog"
        title={words().choose}
        onClick={() => {
          setOpen(true);
        }}
      >
        <Icon of={CalendarDays} size={14} />
        <span class="hidden">{words().choose}: </span>
        {text}
      </button>
      <button
        type="button"
        class="icon-button small"
        aria-label={words().after}
        disabled={today}
        onClick={() => {
          past.dayBeside(1);
        }}
      >
        <Icon of={ChevronRight} size={16} />
      </button>
      <TimeField />
      {open && (
        <CalendarDialog
          close={() => {
            setOpen(false);
          }}
        />
      )}
    </div>
  );
}

/** Shows the time, but for while somebody types another one into it. */
function TimeField() {
  const { now } = useTime();
  const past = usePast();
  const field = useRef<HTMLInputElement>(null);
  const text = clockField(past.at.value ?? now.value);
  useEffect(() => {
    const input = field.current;
    if (input && document.activeElement !== input) input.value = text;
  }, [text]);
  return (
    <input
      ref={field}
      class="time-field"
      type="time"
      step={1}
      aria-label={words().time}
      onChange={(event) => {
        const at = clockOn(past.day.peek(), event.currentTarget.value);
        if (at === null) return;
        past.pause();
        past.go(at);
      }}
      onBlur={(event) => {
        event.currentTarget.value = clockField(past.at.peek() ?? now.peek());
      }}
      onKeyDown={(event) => {
        if (event.key === 'Enter' || event.key === 'Escape') event.currentTarget.blur();
      }}
    />
  );
}
