/** Choosing a passkey in the place of a password, by an invitation or a link for a new password. */
import { t } from '@lingui/core/macro';
import { useState } from 'preact/hooks';
import type { Invited, Session } from '../app/session';
import { ActButton } from '../ui/actbutton';
import { Field } from '../ui/field';
import { Form } from '../ui/form';
import { knowsPasskeys, makePasskey } from './webauthn';
import { browserName } from '../ui/browsername';
import './passkeysignin.css';

export function JoinByPasskey({ session, invited }: { session: Session; invited: Invited }) {
  const [asking, setAsking] = useState(false);
  if (!knowsPasskeys()) return null;
  const join = async (name: string | null) => {
    const named = name === null ? {} : { name };
    const asked = await session.api.post('invitation/passkey', {
      token: session.waysIn.invitation,
      ...named,
    });
    const passkey = await makePasskey(asked);
    const label = browserName(navigator.userAgent);
    await session.join({ passkey, label, ...named });
  };
  if (asking) {
    return (
      <Form
        button={t`Make a passkey and come in`}
        blame={{ taken: 'name', malformed: 'name' }}
        submit={(value) => join(value('name'))}
      >
        <Field name="name" label={t`Name`} autocomplete="username" maxLength={64} focus />
      </Form>
    );
  }
  return (
    <div class="signin-passkey">
      <p class="signin-or">
        <span>{t`or`}</span>
      </p>
      {invited.account === '' ? (
        <button
          type="button"
          class="button"
          onClick={() => {
            setAsking(true);
          }}
        >{t`Use a passkey instead of a password`}</button>
      ) : (
        <ActButton words={t`Use a passkey instead of a password`} act={() => join(null)} />
      )}
      <p class="note">{t`With a passkey you sign in by fingerprint, face or the code of your screen lock. There is nothing to remember.`}</p>
    </div>
  );
}
