/** Choosing the hours of a rule: days, times of day, public holidays, and whose clock counts. */
import { t } from '@lingui/core/macro';
import { useId } from 'preact/hooks';
import { shownZone, zones } from '../../ui/customs';
import { customs } from '../../ui/customs';
import { weekdayTexts } from '../../ui/times';
import { Chip } from '../../ui/tools';
import type { ChoiceProps } from './choice';
import { countryHere, dayPreset, withPreset } from './hours';
import type { DayPreset } from './hours';
import { withHours } from './draft';
import type { Day, Hours } from './model';

export function WhenChoice({ draft, change }: ChoiceProps) {
  const { hours } = draft;
  const set = (part: { readonly [K in keyof Hours]?: Hours[K] | undefined }) => {
    change(withHours(draft, part));
  };
  return (
    <div class="rule-stack">
      <Days hours={hours} set={set} />
      <div class="rule-pair">
        <TimeOfDay
          label={t({ message: 'From', context: 'a time of day' })}
          value={hours.begin}
          set={(begin) => {
            set({ begin });
          }}
        />
        <TimeOfDay
          label={t({ message: 'To', context: 'a time of day' })}
          value={hours.end}
          set={(end) => {
            set({ end });
          }}
        />
      </div>
      <Holidays hours={hours} set={set} />
      <Zone hours={hours} set={set} />
    </div>
  );
}

interface HoursProps {
  readonly hours: Hours;
  set(part: { readonly [K in keyof Hours]?: Hours[K] | undefined }): void;
}

function Days({ hours, set }: HoursProps) {
  const now = dayPreset(hours);
  const presets: readonly (readonly [DayPreset, string])[] = [
    ['any', t`Any day`],
    ['school', t`School days`],
    ['weekdays', t`Mon–Fri`],
    ['weekend', t`Weekend`],
  ];
  const { days = [0, 1, 2, 3, 4, 5, 6] } = hours;
  return (
    <div class="rule-stack" role="group" aria-label={t`Days`}>
      <div class="chips rule-chips">
        {presets.map(([preset, word]) => (
          <Chip
            key={preset}
            on={now === preset}
            press={() => {
              set(withPreset(hours, preset, countryHere(customs.value.locale, shownZone())));
            }}
          >
            {word}
          </Chip>
        ))}
      </div>
      <div class="rule-days">
        {weekdayTexts().map(({ short, long }, n) => (
          <label key={n} title={long}>
            <input
              type="checkbox"
              aria-label={long}
              checked={days.includes(n as Day)}
              onChange={(changed) => {
                const on = changed.currentTarget.checked;
                const next = on ? [...days, n as Day].sort() : days.filter((day) => day !== n);
                // No day at all would be a rule that is never looked at.
                set({ days: next.length === 0 || next.length === 7 ? undefined : next });
              }}
            />
            <span>{short}</span>
          </label>
        ))}
      </div>
      {now === 'school' && (
        <p class="note">{t`Monday to Friday without public holidays. School holidays are not known: switch the rule off for them.`}</p>
      )}
    </div>
  );
}

function TimeOfDay({
  label,
  value,
  set,
}: {
  label: string;
  value: string | undefined;
  set(value: string | undefined): void;
}) {
  const id = useId();
  return (
    <div class="field rule-time">
      <label for={id}>{label}</label>
      <input
        id={id}
        type="time"
        value={value ?? ''}
        onInput={(input) => {
          const time = input.currentTarget.value;
          set(time === '' ? undefined : time);
        }}
      />
    </div>
  );
}

function Holidays({ hours, set }: HoursProps) {
  const id = useId();
  const { holidays, country } = hours;
  return (
    <div class="rule-pair">
      <div class="field">
        <label for={id}>{t`Public holidays`}</label>
        <select
          id={id}
          value={holidays}
          onChange={(changed) => {
            const next = changed.currentTarget.value as Hours['holidays'];
            const here = country ?? countryHere(customs.value.locale, shownZone());
            set({ holidays: next, country: next === 'also' ? undefined : here });
          }}
        >
          <option value="also">{t`Like any other day`}</option>
          <option value="not">{t`Not on them`}</option>
          <option value="only">{t`Only on them`}</option>
        </select>
      </div>
      {holidays !== 'also' && (
        <div class="field">
          <label for={`${id}-country`}>{t`Of which country`}</label>
          <input
            id={`${id}-country`}
            value={country ?? ''}
            maxLength={8}
            autocomplete="off"
            autocapitalize="characters"
            spellcheck={false}
            aria-describedby={`${id}-codes`}
            onInput={(input) => {
              const typed = input.currentTarget.value.trim().toUpperCase();
              set({ country: typed === '' ? undefined : typed });
            }}
          />
          <p class="hint" id={`${id}-codes`}>{t`By its letters: DE, or DE-BY for Bavaria.`}</p>
        </div>
      )}
    </div>
  );
}

function Zone({ hours, set }: HoursProps) {
  const id = useId();
  const here = shownZone();
  const { zone } = hours;
  return (
    <div class="field">
      <label for={id}>{t`Whose clock`}</label>
      <select
        id={id}
        value={zone ?? ''}
        onChange={(changed) => {
          const next = changed.currentTarget.value;
          set({ zone: next === '' ? undefined : next });
        }}
      >
        <option value="">{t`The clock where they are`}</option>
        {[here, ...zones().filter((each) => each !== here)].map((each) => (
          <option key={each} value={each}>
            {each}
          </option>
        ))}
      </select>
    </div>
  );
}
