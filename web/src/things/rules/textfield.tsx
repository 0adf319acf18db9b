/** A field for rules as text, with what is wrong in them below: pressing that leads to the place. */
import { useId, useLayoutEffect, useRef } from 'preact/hooks';
import type { TextError } from '../../generated';
import { errorText, placeIn, wordEnd } from './texts';
import './textform.css';

export function TextField({
  label,
  value,
  placeholder,
  errors,
  rows,
  set,
}: {
  label: string;
  value: string;
  placeholder?: string;
  errors: readonly TextError[];
  /** The fewest lines that it is high. */
  rows: number;
  set(text: string): void;
}) {
  const id = useId();
  const area = useRef<HTMLTextAreaElement>(null);
  useLayoutEffect(() => {
    const field = area.current;
    if (!field) return;
    // As high as what is in it; where that is too much, it scrolls.
    field.style.height = 'auto';
    field.style.height = `${String(field.scrollHeight + 2)}px`;
  }, [value]);
  return (
    <div class="field rule-text">
      <label for={id}>{label}</label>
      <textarea
        ref={area}
        id={id}
        rows={rows}
        value={value}
        placeholder={placeholder}
        spellcheck={false}
        autocomplete="off"
        autocapitalize="none"
        dir="ltr"
        aria-invalid={errors.length > 0}
        aria-describedby={`${id}-errors`}
        onInput={(typed) => {
          set(typed.currentTarget.value);
        }}
      />
      <ul id={`${id}-errors`} class="rule-wrongs" role="status" data-errors={errors.length}>
        {errors.map((error) => (
          <li key={`${String(error.at)} ${error.expected}`}>
            <button
              type="button"
              class="rule-wrong"
              data-line={error.line}
              onClick={() => {
                const at = placeIn(value, error);
                area.current?.focus();
                area.current?.setSelectionRange(at, wordEnd(value, at));
              }}
            >
              {errorText(error)}
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}
