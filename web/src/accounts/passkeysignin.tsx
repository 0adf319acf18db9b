/**
 * Signing in by a passkey: by a button, or by choosing it where the browser fills in the name. It is
 * offered only where it can work; why it cannot is said on the page of the account.
 */
import { t } from '@lingui/core/macro';
import { KeyRound } from 'lucide';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Session } from '../app/session';
import { Denied } from '../net/api';
import { ErrorLink } from '../ui/doclink';
import { Icon } from '../ui/icon';
import { forgetPasskey, knowsPasskeys, offersPasskeys, signByPasskey } from './webauthn';
import './passkeysignin.css';

/** Milliseconds after which a challenge that waits in the form is replaced: it lasts ten minutes. */
const AGAIN = 8 * 60_000;

export function SignInByPasskey({ session }: { session: Session }) {
  const [works, setWorks] = useState(false);
  const [pending, setPending] = useState(false);
  const [why, setWhy] = useState<Denied | null>(null);
  const waiting = useRef<AbortController | null>(null);

  useEffect(() => {
    if (!knowsPasskeys()) return undefined;
    const end = new AbortController();
    waiting.current = end;
    void offerFilled(session, end.signal, setWorks, setWhy);
    return () => {
      waiting.current?.abort();
    };
  }, [session]);

  if (!works) return null;
  const go = () => {
    if (pending) return;
    waiting.current?.abort(); // a browser asks for one passkey at a time
    setPending(true);
    setWhy(null);
    comeIn(session)
      .catch((error: unknown) => {
        if (!(error instanceof Denied)) throw error;
        setWhy(error);
      })
      .finally(() => {
        setPending(false);
      });
  };
  return (
    <div class="signin-passkey">
      <p class="signin-or">
        <span>{t`or`}</span>
      </p>
      <button type="button" class="button" disabled={pending} onClick={go}>
        <Icon of={KeyRound} size={16} />
        {pending ? t`One moment…` : t`Sign in with a passkey`}
      </button>
      <p class="form-error" role="alert">
        {why?.message}
        <ErrorLink code={why?.code} />
      </p>
    </div>
  );
}

async function comeIn(session: Session, signal?: AbortSignal): Promise<void> {
  const asked = await session.api.post('passkeys/challenge');
  const passkey = await signByPasskey(asked, signal && { signal });
  try {
    session.came(await session.api.post('session/passkey', { passkey }));
  } catch (error) {
    if (error instanceof Denied && error.code === 'unknown_passkey') {
      forgetPasskey(asked.rp, passkey.id);
    }
    throw error;
  }
}

/** Offer passkeys among the names that the browser fills in, as long as the form is there. */
async function offerFilled(
  session: Session,
  end: AbortSignal,
  setWorks: (works: boolean) => void,
  setWhy: (why: Denied) => void,
): Promise<void> {
  try {
    await session.api.post('passkeys/challenge'); // refused where they cannot work
  } catch {
    return;
  }
  if (end.aborted) return;
  setWorks(true);
  if (!(await offersPasskeys())) return;
  while (!isOver(end)) {
    const fresh = AbortSignal.any([end, AbortSignal.timeout(AGAIN)]);
    try {
      await comeIn(session, fresh);
      return;
    } catch (error) {
      if (!(error instanceof Denied)) throw error;
      if (isOver(end)) return;
      if (fresh.aborted) continue; // with another challenge
      setWhy(error);
      return;
    }
  }
}

/** Asked anew each time: it changes meanwhile. */
function isOver(signal: AbortSignal): boolean {
  return signal.aborted;
}
