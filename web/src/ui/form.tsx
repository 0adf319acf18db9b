/**
 * Forms: fields with labels, one submit at a time, and what the server has against it said beside
 * the field it is about. Fields keep their own values, so that password managers can fill them.
 */
import { t } from '@lingui/core/macro';
import { TriangleAlert } from 'lucide';
import type { ComponentChildren, TargetedSubmitEvent } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { ErrorLink } from './doclink';
import { failureOf, failureText } from './failure';
import type { Failure } from './failure';
import { useTicks } from './hooks';
import { Icon } from './icon';

/** The values of a form's fields by their names. */
export type Values = (name: string) => string;

type Submit = (values: Values, form: HTMLFormElement) => Promise<void>;

/** One submit at a time; what is refused puts the focus on the field it is about. */
function useSubmit(submit: Submit, blame: Readonly<Record<string, string>>, errorId: string) {
  const [pending, setPending] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const form = useRef<HTMLFormElement>(null);
  const here = useRef(true);
  /** Where the focus was when it was sent. */
  const from = useRef<HTMLElement | null>(null);
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

  const onSubmit = (submitted: TargetedSubmitEvent<HTMLFormElement>) => {
    submitted.preventDefault();
    if (pending || waiting) return;
    const element = submitted.currentTarget;
    const data = new FormData(element);
    from.current = document.activeElement instanceof HTMLElement ? document.activeElement : null;
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
  };
  return { form, pending, waiting, failure, onSubmit };
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
  submit: Submit;
  button: string;
  /** The field that a refusal with this code is about. */
  blame?: Readonly<Record<string, string>>;
  children?: ComponentChildren;
  aside?: ComponentChildren;
  danger?: boolean;
  label?: string;
}) {
  const errorId = useId();
  const { form, pending, waiting, failure, onSubmit } = useSubmit(submit, blame, errorId);
  const said = failure && failureText(failure, Date.now());
  return (
    <form ref={form} class="form" aria-label={label} aria-busy={pending} onSubmit={onSubmit}>
      <fieldset disabled={pending}>{children}</fieldset>
      <p class="form-error" id={errorId} role="alert">
        {said && (
          <>
            {!said.over && <Icon of={TriangleAlert} size={16} />}
            <span class={said.over ? 'muted' : ''}>
              {said.text}
              {!said.over && <ErrorLink code={failure.code} />}
            </span>
          </>
        )}
      </p>
      <div class="form-end">
        <button
          type="submit"
          class={`button ${danger ? 'danger' : 'primary'}`}
          disabled={pending || waiting}
        >
          {pending ? t`One moment…` : waiting && said ? t`Wait ${said.wait} s` : button}
        </button>
        {aside}
      </div>
    </form>
  );
}
