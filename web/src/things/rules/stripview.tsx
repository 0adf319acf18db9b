/** Thirty days in a row, a mark as high as the day has times; a day can be chosen. */
import { plural, t } from '@lingui/core/macro';
import { useRef } from 'preact/hooks';
import { stepAcross } from '../../words/direction';
import { dateText, shortDayText } from '../../ui/times';
import type { StripDay } from './strip';
import './strip.css';

export function Strip({
  days,
  chosen,
  choose,
}: {
  days: readonly StripDay[];
  chosen: number | null;
  choose(start: number): void;
}) {
  const row = useRef<HTMLDivElement>(null);
  const first = days.find(({ would }) => would.length > 0)?.start;
  const onKeyDown = (key: KeyboardEvent) => {
    const step = stepAcross(key.key);
    if (step === 0) return;
    key.preventDefault();
    const all = [...(row.current?.querySelectorAll<HTMLElement>('button') ?? [])];
    all[all.indexOf(document.activeElement as HTMLElement) + step]?.focus();
  };
  const [begin, end] = [days[0], days.at(-1)];
  return (
    <div class="rule-strip-frame">
      <div
        ref={row}
        class="rule-strip"
        role="group"
        aria-label={t`Days on which it would have told`}
        onKeyDown={onKeyDown}
      >
        {days.map((day) => (
          <StripCell
            key={day.start}
            day={day}
            pressed={day.start === chosen}
            reached={day.start === (chosen ?? first)}
            choose={choose}
          />
        ))}
      </div>
      <p class="rule-strip-axis" aria-hidden="true">
        <span>{begin && dateText(begin.start, begin.start)}</span>
        <span>{t`Today`}</span>
      </p>
      {end === undefined && <p class="note">{t`There is no day to show.`}</p>}
    </div>
  );
}

function StripCell({
  day,
  pressed,
  reached,
  choose,
}: {
  day: StripDay;
  pressed: boolean;
  /** The one that the tab key comes to; the arrows go on from there. */
  reached: boolean;
  choose(start: number): void;
}) {
  const { start, would, share, isWeekend } = day;
  const count = would.length;
  const name = shortDayText(start);
  const words = plural(count, { one: '# time', other: '# times' });
  if (count === 0) return <i data-weekend={isWeekend || undefined} title={name} />;
  return (
    <button
      type="button"
      data-weekend={isWeekend || undefined}
      data-day={count}
      aria-pressed={pressed}
      aria-label={t`${name}: ${words}`}
      title={t`${name}: ${words}`}
      tabIndex={reached ? 0 : -1}
      style={{ '--share': String(share) }}
      onClick={() => {
        choose(start);
      }}
    >
      <i />
    </button>
  );
}
