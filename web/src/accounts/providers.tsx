/** Buttons to sign in at a provider, or to join by it; and the way out of it. */
import { t } from '@lingui/core/macro';
import { useEffect, useRef } from 'preact/hooks';
import type { Session } from '../app/session';
import { ActButton } from '../ui/actbutton';
import './providers.css';

export interface ProvidersProps {
  readonly session: Session;
  /** Where one is still signed in. */
  readonly still?: { readonly provider: string; readonly url: string } | undefined;
}

export function Providers({ session, still }: ProvidersProps) {
  const ways = session.waysIn.ways.value;
  const joins = session.state.value.is === 'invited';
  const here = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (ways === null) void session.waysIn.learn();
  }, []);
  if (ways === null) return null;
  return (
    <div class="providers" ref={here}>
      {still && (
        <p class="note">
          {t`You are still signed in at ${still.provider}.`}{' '}
          <a class="link" href={still.url}>{t`Sign out there, too`}</a>
        </p>
      )}
      {ways.providers.length > 0 && ways.passwords && (
        <p class="providers-or" aria-hidden="true">
          <span>{t({ message: 'or', context: 'between two ways to sign in' })}</span>
        </p>
      )}
      {ways.providers.map(({ name, label }) => (
        <ActButton
          key={name}
          words={joins ? t`Join with ${label}` : t`Sign in with ${label}`}
          primary={!ways.passwords}
          act={async () => {
            const { waysIn } = session;
            const called = typedName(here.current);
            location.assign(await (joins ? waysIn.join(name, called) : waysIn.signIn(name)));
          }}
        />
      ))}
    </div>
  );
}

/**
 * The name that stands in the form beside the buttons: anybody who typed one wants to be called so.
 */
function typedName(beside: HTMLElement | null): string {
  const field = beside?.parentElement?.querySelector('input[name="name"]');
  return field instanceof HTMLInputElement ? field.value.trim() : '';
}
