/** A threshold: a slider for the hand, a field with its unit for the exact number. Both say the same. */
import { t } from '@lingui/core/macro';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { customs } from '../../ui/customs';
import { nearestStop } from './conditions';
import type { Threshold } from './conditions';
import { limitText } from './phrases';
import { shownAs, unitsFor } from './units';
import type { Unit } from './units';
import './slider.css';

export function ThresholdChoice({
  of,
  label,
  value,
  set,
}: {
  of: Threshold;
  label: string;
  value: number;
  set(value: number): void;
}) {
  const { stops, is } = of;
  return (
    <div class="rule-threshold" data-threshold={of.field}>
      {stops.length > 1 && (
        <input
          type="range"
          class="rule-slider"
          min={0}
          max={stops.length - 1}
          step={1}
          value={nearestStop(stops, value)}
          aria-label={label}
          aria-valuetext={limitText(value, is)}
          style={{ '--share': String(nearestStop(stops, value) / (stops.length - 1)) }}
          onInput={(input) => {
            const stop = stops[Number(input.currentTarget.value)];
            if (stop !== undefined) set(stop);
          }}
        />
      )}
      <NumberWithUnit is={is} label={label} value={value} set={set} />
    </div>
  );
}

export function NumberWithUnit({
  is,
  label,
  value,
  set,
}: {
  is: Threshold['is'];
  label: string;
  value: number;
  set(value: number): void;
}) {
  const id = useId();
  const units = unitsFor(is, customs.value.units);
  const [chosen, choose] = useState<string | null>(null);
  const unit = units.find((each) => each.id === chosen) ?? shownAs(units, value);
  return (
    <div class="rule-number">
      <label class="hidden" for={id}>{t`${label}, as a number`}</label>
      <NumberField id={id} unit={unit} value={value} set={set} />
      {units.length > 1 ? (
        <select
          aria-label={t`Unit`}
          value={unit.id}
          onChange={(changed) => {
            choose(changed.currentTarget.value);
          }}
        >
          {units.map((each) => (
            <option key={each.id} value={each.id}>
              {each.word}
            </option>
          ))}
        </select>
      ) : (
        <span class="muted">{unit.word}</span>
      )}
    </div>
  );
}

/** What is no number, or out of reach, is marked and changes nothing. */
function NumberField({
  id,
  unit,
  value,
  set,
}: {
  id: string;
  unit: Unit;
  value: number;
  set(value: number): void;
}) {
  const input = useRef<HTMLInputElement>(null);
  const [wrong, setWrong] = useState(false);
  const shown = String(Math.round((value / unit.factor) * 100) / 100);
  useEffect(() => {
    // What is being typed stays: "1." is on its way to "1.5".
    if (!input.current || document.activeElement === input.current) return;
    input.current.value = shown;
    setWrong(false);
  }, [shown]);
  return (
    <input
      ref={input}
      id={id}
      type="text"
      inputMode="decimal"
      autocomplete="off"
      defaultValue={shown}
      aria-invalid={wrong}
      onInput={(typed) => {
        const text = typed.currentTarget.value.trim().replace(',', '.');
        const number = text === '' ? NaN : Number(text);
        const fits = Number.isFinite(number) && (unit.signed || number >= 0);
        setWrong(!fits);
        if (fits) set(number * unit.factor);
      }}
      onBlur={(left) => {
        left.currentTarget.value = shown;
        setWrong(false);
      }}
    />
  );
}
