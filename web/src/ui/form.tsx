/**
 * Forms: fields with labels, one submit at a time, and what the server has against it said beside
 * the field it is about. Fields keep their own values, so that password managers can fill them.
 */
import { Eye, EyeOff, TriangleAlert } from 'lucide';
import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { Denied } from '../net/api';
import { Refused } from '../net/requests';
import { useTicks } from './hooks';
import { Icon } from './icon';

/** The values of a form's fields by their names. */
export type Values = (name: string) => string;

export interface Failure {
  readonly code: string;
  readonly why: string;
  /** Local epoch milliseconds before which another try is useless. */
  readonly until: number;
}

export function failureOf(error: unknown, now: number): Failure {
  if (error instanceof Denied) {
    return { code: error.code, why: error.message, until: now + error.wait * 1000 };
  }
  if (error instanceof Refused) return { code: error.code, why: error.message, until: now };
  throw error;
}

/** What is said of a failure, and for how many seconds one must wait still. */
export function failureText(
  failure: Failure,
  now: number,
): { text: string; wait: number; over: boolean } {
  const wait = Math.max(0, Math.ceil((failure.until - now) / 1000));
  if (failure.code !== 'wait') return { text: failure.why, wait, over: false };
  return {
    text: wait > 0 ? failure.why.replace(/ Try again.*$/, '') : 'You can try again now.',
    wait,
    over: wait === 0,
  };
}

export function Form({
  submit,
  button,
  blame = {},
  children,
  aside,
  danger = false,
  label,
}: {
  /** Does it; what it throws as Denied or Refused is shown. */
  submit(values: Values, form: HTMLFormElement): Promise<void>;
  button: string;
  /** The field that a refusal with this code is about. */
  blame?: Readonly<Record<string, string>>;
  children?: ComponentChildren;
  aside?: ComponentChildren;
  danger?: boolean;
  label?: string;
}) {
  const [pending, setPending] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const form = useRef<HTMLFormElement>(null);
  const here = useRef(true);
  /** Where the focus was when it was sent. */
  const from = useRef<HTMLElement | null>(null);
  const errorId = useId();
  const waiting = failure !== null && failure.until > Date.now();
  useTicks(250, waiting);
  useEffect(
    () => () => {
      here.current = false;
    },
    [],
  );

  // After the fields are usable again: to the one it is about.
  useEffect(() => {
    const element = form.current;
    if (!element || pending) return;
    const about = failure && blame[failure.code];
    for (const each of element.elements) {
      if (!(each instanceof HTMLInputElement)) continue;
      if (about !== undefined && each.name === about) {
        each.setAttribute('aria-invalid', 'true');
        each.setAttribute('aria-errormessage', errorId);
        each.focus();
        each.select();
      } else {
        each.removeAttribute('aria-invalid');
        each.removeAttribute('aria-errormessage');
      }
    }
    if (failure && about === undefined) from.current?.focus();
    // `blame` is the same words at every drawing.
  }, [failure, pending]);

  const said = failure && failureText(failure, Date.now());
  return (
    <form
      ref={form}
      class="form"
      aria-label={label}
      aria-busy={pending}
      onSubmit={(submitted) => {
        submitted.preventDefault();
        if (pending || waiting) return;
        const element = submitted.currentTarget;
        const data = new FormData(element);
        from.current =
          document.activeElement instanceof HTMLElement ? document.activeElement : null;
        setPending(true);
        setFailure(null);
        submit((name) => {
          const value = data.get(name);
          return typeof value === 'string' ? value : '';
        }, element)
          .catch((error: unknown) => {
            if (here.current) setFailure(failureOf(error, Date.now()));
          })
          .finally(() => {
            if (here.current) setPending(false);
          });
      }}
    >
      <fieldset disabled={pending}>{children}</fieldset>
      <p class="form-error" id={errorId} role="alert">
        {said && (
          <>
            {!said.over && <Icon of={TriangleAlert} size={16} />}
            <span class={said.over ? 'muted' : ''}>{said.text}</span>
          </>
        )}
      </p>
      <div class="form-end">
        <button
          type="submit"
          class={`button ${danger ? 'danger' : 'primary'}`}
          disabled={pending || waiting}
        >
          {pending ? 'One moment…' : waiting && said ? `Wait ${String(said.wait)} s` : button}
        </button>
        {aside}
      </div>
    </form>
  );
}

interface InputProps {
  readonly autocomplete?: string;
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
  type?: 'text' | 'password' | 'number' | 'datetime-local' | 'search' | 'date';
  required?: boolean;
  /** Where one begins. */
  focus?: boolean;
}) {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const [shown, setShown] = useState(false);
  const { value, ...rest } = more;
  useEffect(() => {
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
            aria-label={shown ? 'Hide the password' : 'Show the password'}
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

/** A button that asks once more before it does something that cannot be taken back. */
export function Sure({
  words,
  sure,
  act,
  label,
}: {
  words: string;
  /** What it says when it asks. */
  sure: string;
  act(): Promise<void>;
  /** What it is about, for those who hear the button alone. */
  label?: string;
}) {
  const [asked, setAsked] = useState(false);
  return (
    <ActButton
      words={asked ? sure : words}
      danger={asked}
      label={label === undefined ? undefined : `${asked ? sure : words} ${label}`}
      left={() => {
        setAsked(false);
      }}
      act={async () => {
        if (!asked) {
          setAsked(true);
          return;
        }
        await act();
        setAsked(false);
      }}
    />
  );
}

/** A button for one call: disabled meanwhile, and with the server's words when it is refused. */
export function ActButton({
  words,
  act,
  label,
  danger = false,
  left,
  primary = false,
}: {
  words: string;
  act(): Promise<void>;
  label?: string | undefined;
  danger?: boolean;
  primary?: boolean;
  left?(): void;
}) {
  const [pending, setPending] = useState(false);
  const [why, setWhy] = useState('');
  const here = useRef(true);
  useEffect(
    () => () => {
      here.current = false;
    },
    [],
  );
  return (
    <span class="act">
      <button
        type="button"
        class={`button ${danger ? 'danger' : primary ? 'primary' : ''}`}
        aria-label={label}
        aria-disabled={pending}
        onBlur={left}
        onClick={() => {
          if (pending) return;
          setPending(true);
          setWhy('');
          act()
            .catch((error: unknown) => {
              if (here.current) setWhy(failureOf(error, Date.now()).why);
            })
            .finally(() => {
              if (here.current) setPending(false);
            });
        }}
      >
        {words}
      </button>
      <span class="wrong" role="alert">
        {why}
      </span>
    </span>
  );
}
