/** A month to choose a day from; days with something on them are marked. */
import { t } from '@lingui/core/macro';
import { ChevronLeft, ChevronRight } from 'lucide';
import { useEffect, useRef, useState } from 'preact/hooks';
import { useTime } from '../../app/context';
import { usePast } from '../../past/context';
import { dayNamed, dayOf, weekdayOf } from '../../past/day';
import type { Day } from '../../past/day';
import { daysOn, monthBeside, monthOf, weeksOf } from '../../past/month';
import { longDayText, monthText, weekdayTexts } from '../../ui/times';
import { Dialog } from '../../ui/dialog';
import { Icon } from '../../ui/icon';
import { stepAcross } from '../../words/direction';

const words = () => ({
  title: t`Choose a day`,
  before: t`The month before`,
  after: t`The month after`,
  typed: t`Or type a day`,
  some: t`A dot: something is known of that day.`,
  none: t`Nothing is known of this month.`,
  has: t`something is known`,
  chosen: t`chosen`,
});

/** How far a key goes up or down, in days. */
const KEYS: Readonly<Record<string, number>> = {
  ArrowUp: -7,
  ArrowDown: 7,
};

export function CalendarDialog({ close }: { close(): void }) {
  const { clock } = useTime();
  const past = usePast();
  const [day, setDay] = useState(past.day.peek());
  const month = monthOf(day);
  const known = useCalendar(month);
  const today = dayOf(clock.live());
  const choose = (chosen: Day) => {
    if (chosen.start > today.start) return;
    past.goToDay(chosen);
    close();
  };
  const turn = (step: number) => {
    const first = dayNamed(`${monthBeside(month, step)}-01`);
    if (first) setDay(first.start > today.start ? today : first);
  };
  return (
    <Dialog title={words().title} close={close}>
      <div class="calendar">
        <div class="calendar-head">
          <Turn name={words().before} icon={ChevronLeft} act={() => turn(-1)} />
          <b aria-live="polite">{monthText(day.start)}</b>
          <Turn
            name={words().after}
            icon={ChevronRight}
            disabled={month >= monthOf(today)}
            act={() => turn(1)}
          />
        </div>
        <Grid month={month} at={day} today={today} known={known} move={setDay} choose={choose} />
        <p class="note">{known?.size === 0 ? words().none : words().some}</p>
        <label class="calendar-typed">
          {words().typed}
          <input
            type="date"
            value={day.name}
            max={today.name}
            onChange={(event) => {
              const typed = dayNamed(event.currentTarget.value);
              if (typed && typed.start <= today.start) setDay(typed);
            }}
            onKeyDown={(event) => {
              if (event.key === 'Enter') choose(day);
            }}
          />
        </label>
      </div>
    </Dialog>
  );
}

interface TurnProps {
  readonly name: string;
  readonly icon: typeof ChevronLeft;
  readonly disabled?: boolean;
  act(): void;
}

function Turn({ name, icon, act, disabled = false }: TurnProps) {
  return (
    <button
      type="button"
      class="icon-button"
      aria-label={name}
      title={name}
      disabled={disabled}
      onClick={act}
    >
      <Icon of={icon} />
    </button>
  );
}

interface GridProps {
  readonly month: string;
  /** The day that has the focus. */
  readonly at: Day;
  readonly today: Day;
  readonly known: ReadonlySet<string> | null;
  move(day: Day): void;
  choose(day: Day): void;
}

function Grid({ month, at, today, known, move, choose }: GridProps) {
  const past = usePast();
  const table = useRef<HTMLTableElement>(null);
  const walked = useRef(false); // by the keys; at first the dialogue itself finds the day
  useEffect(() => {
    if (walked.current) table.current?.querySelector<HTMLElement>('[tabindex="0"]')?.focus();
    walked.current = false;
  }, [at.name]);
  const onKey = (event: KeyboardEvent) => {
    const next = target(event, at);
    if (next === null) return;
    event.preventDefault();
    walked.current = true;
    move(next.start > today.start ? today : next);
  };
  return (
    <table ref={table} role="grid" aria-label={monthText(at.start)} onKeyDown={onKey}>
      <thead>
        <tr>
          {weekdayTexts().map(({ short, long }) => (
            <th key={long} scope="col" abbr={long}>
              {short}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {weeksOf(month).map((week, row) => (
          <tr key={row}>
            {week.map((day, column) => (
              <td key={column}>
                {day && (
                  <DayCell
                    day={day}
                    focused={day.name === at.name}
                    chosen={day.name === past.day.value.name}
                    today={day.name === today.name}
                    coming={day.start > today.start}
                    known={known?.has(day.name) === true}
                    choose={choose}
                  />
                )}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Where a key leads from a day; null for a key that leads nowhere. */
function target(event: KeyboardEvent, at: Day): Day | null {
  const step = KEYS[event.key] ?? stepAcross(event.key);
  if (step !== 0) return daysOn(at, step);
  const weekday = weekdayOf(at);
  if (event.key === 'Home') return daysOn(at, -weekday);
  if (event.key === 'End') return daysOn(at, 6 - weekday);
  if (event.key !== 'PageUp' && event.key !== 'PageDown') return null;
  const month = monthBeside(monthOf(at), event.key === 'PageUp' ? -1 : 1);
  for (let date = Number(at.name.slice(8)); date > 0; date -= 1) {
    const found = dayNamed(`${month}-${String(date).padStart(2, '0')}`);
    if (found) return found;
  }
  return null;
}

interface CellProps {
  readonly day: Day;
  readonly focused: boolean;
  readonly chosen: boolean;
  readonly today: boolean;
  readonly coming: boolean;
  readonly known: boolean;
  choose(day: Day): void;
}

function DayCell({ day, focused, chosen, today, coming, known, choose }: CellProps) {
  const said = [longDayText(day.start), known && words().has, chosen && words().chosen];
  return (
    <button
      type="button"
      data-date={day.name}
      data-known={known}
      tabIndex={focused ? 0 : -1}
      autofocus={focused}
      aria-label={said.filter(Boolean).join(', ')}
      aria-pressed={chosen}
      aria-current={today ? 'date' : undefined}
      disabled={coming}
      onClick={() => {
        choose(day);
      }}
    >
      {Number(day.name.slice(8))}
    </button>
  );
}

/** The days of a month that have data; null as long as that is not known. */
function useCalendar(month: string): ReadonlySet<string> | null {
  const past = usePast();
  const [found, setFound] = useState<{ month: string; days: ReadonlySet<string> } | null>(null);
  useEffect(() => {
    let over = false;
    past.calendar(month).then(
      (days) => {
        if (!over) setFound({ month, days });
      },
      () => undefined,
    );
    return () => {
      over = true;
    };
  }, [past, month]);
  return found?.month === month ? found.days : null;
}
