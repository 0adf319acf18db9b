/** Choosing how often a rule tells, whether again until somebody acknowledges, and how loudly. */
import { t } from '@lingui/core/macro';
import { useId } from 'preact/hooks';
import { present } from '../fields';
import { spanText } from '../../ui/times';
import type { ChoiceProps } from './choice';
import { Check } from './limits';
import type { Draft } from './model';

const PAUSES = [0, 300, 900, 3600, 6 * 3600, 12 * 3600, 24 * 3600];
const REPEATS = [0, 300, 600, 1800, 3600];

export function OftenChoice({ draft, change }: ChoiceProps) {
  const { every, again, urgent } = draft;
  return (
    <div class="rule-stack">
      <SpanSelect
        label={t`About the same one`}
        spans={PAUSES}
        value={every}
        word={(seconds) => {
          const span = spanText(seconds);
          return seconds === 0 ? t`Each time it happens` : t`At most once in ${span}`;
        }}
        set={(next) => {
          change({ ...draft, every: next });
        }}
      />
      <SpanSelect
        label={t`While nobody acknowledges it`}
        spans={REPEATS}
        value={again ?? 0}
        word={(seconds) => {
          const span = spanText(seconds);
          return seconds === 0 ? t`Do not repeat it` : t`Tell it again every ${span}`;
        }}
        set={(next) => {
          change(present({ ...draft, again: next === 0 ? undefined : next }) as Draft);
        }}
      />
      <Check
        on={urgent}
        words={
          <>
            {t`Urgent`}
            <small>{t`It is told in quiet hours, too.`}</small>
          </>
        }
        set={(on) => {
          change({ ...draft, urgent: on });
        }}
      />
    </div>
  );
}

function SpanSelect({
  label,
  spans,
  value,
  word,
  set,
}: {
  label: string;
  spans: readonly number[];
  value: number;
  word(seconds: number): string;
  set(seconds: number): void;
}) {
  const id = useId();
  const all = spans.includes(value) ? spans : [...spans, value].sort((a, b) => a - b);
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <select
        id={id}
        value={String(value)}
        onChange={(changed) => {
          set(Number(changed.currentTarget.value));
        }}
      >
        {all.map((seconds) => (
          <option key={seconds} value={String(seconds)}>
            {word(seconds)}
          </option>
        ))}
      </select>
    </div>
  );
}
