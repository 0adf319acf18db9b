/** The fields of a form, with their labels and hints. */
import { t } from '@lingui/core/macro';
import { Eye, EyeOff } from 'lucide';
import type { ComponentChildren } from 'preact';
import { useId, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { Icon } from './icon';

interface InputProps {
  readonly autocomplete?: string;
  readonly inputMode?: 'numeric' | 'text';
  readonly placeholder?: string;
  readonly pattern?: string;
  readonly value?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
}

export function Field({
  name,
  label,
  hint,
  type = 'text',
  required = true,
  focus = false,
  ...more
}: InputProps & {
  name: string;
  label: string;
  hint?: ComponentChildren;
  type?: 'text' | 'password' | 'number' | 'datetime-local' | 'search' | 'date' | 'tel';
  required?: boolean;
  /** Where one begins. */
  focus?: boolean;
}) {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const [shown, setShown] = useState(false);
  const { value, ...rest } = more;
  // Before it is painted: afterwards somebody may be typing in the next field already.
  useLayoutEffect(() => {
    if (focus) input.current?.focus();
  }, [focus]);
  const secret = type === 'password';
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <div class="input">
        <input
          ref={input}
          id={id}
          name={name}
          type={(secret && shown ? 'text' : type) as 'text'}
          required={required}
          defaultValue={value}
          aria-describedby={hint === undefined ? undefined : `${id}-hint`}
          autocapitalize="none"
          spellcheck={false}
          {...rest}
        />
        {secret && (
          <button
            type="button"
            class="icon-button small"
            aria-label={shown ? t`Hide the password` : t`Show the password`}
            aria-pressed={shown}
            onClick={() => {
              setShown(!shown);
            }}
          >
            <Icon of={shown ? EyeOff : Eye} size={16} />
          </button>
        )}
      </div>
      {hint !== undefined && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
    </div>
  );
}

export function Select({
  name,
  label,
  options,
  value,
  change,
}: {
  name: string;
  label: string;
  options: readonly (readonly [value: string, words: string])[];
  value?: string;
  change?(value: string): void;
}) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <select
        id={id}
        name={name}
        value={value}
        onChange={(changed) => change?.(changed.currentTarget.value)}
      >
        {options.map(([each, words]) => (
          <option key={each} value={each}>
            {words}
          </option>
        ))}
      </select>
    </div>
  );
}
