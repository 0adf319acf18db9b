/** What is shown to anybody who was invited: a name and a password, or a new password only. */
import { t } from '@lingui/core/macro';
import type { Invited, Session } from '../app/session';
import { Field } from '../ui/field';
import { Form } from '../ui/form';
import { Elsewhere } from './elsewhere';
import { NewPassword } from './newpassword';
import { whenText } from './wording';
import { lazily } from '../ui/lazily';

const JoinByPasskey = lazily(async () => (await import('./passkeyjoin')).JoinByPasskey);

export function Joining({ session, invited }: { session: Session; invited: Invited }) {
  return invited.account === '' ? (
    <NewAccount session={session} invited={invited} />
  ) : (
    <ForgottenPassword session={session} invited={invited} />
  );
}

function NewAccount({ session, invited }: { session: Session; invited: Invited }) {
  const { by } = invited;
  return (
    <>
      <h1>{t`You are invited`}</h1>
      <p>
        {invited.by === ''
          ? t`Choose a name and a password. With these you come in from now on, on every device.`
          : t`${by} invites you to Sightline. Choose a name and a password: with these you come in from now on, on every device.`}
      </p>
      <Form
        button={t`Make my account`}
        blame={{ taken: 'name', malformed: 'name', weak: 'password' }}
        submit={(value) => session.join({ name: value('name'), password: value('password') })}
      >
        <Field
          name="name"
          label={t`Name`}
          autocomplete="username"
          maxLength={64}
          hint={t`What people call you. To sign in, capitals make no difference.`}
          focus
        />
        <NewPassword />
      </Form>
      {invited.passkey && <JoinByPasskey session={session} invited={invited} />}
      <Elsewhere session={session} />
      {invited.addsPhone && (
        <p class="note">{t`After that, your phone can be added: it takes two minutes.`}</p>
      )}
      <Until ends={invited.ends} />
    </>
  );
}

function ForgottenPassword({ session, invited }: { session: Session; invited: Invited }) {
  const { account } = invited;
  return (
    <>
      <h1>{t`A new password`}</h1>
      <p>{t`Choose a new password for ${account}. You are signed out everywhere else by it.`}</p>
      <Form
        button={t`Keep it and sign in`}
        blame={{ weak: 'password' }}
        submit={(value) => session.join({ password: value('password') })}
      >
        {/* Tells password managers whose password it is. */}
        <input
          class="hidden"
          name="username"
          autocomplete="username"
          value={invited.account}
          readOnly
          tabIndex={-1}
          aria-hidden="true"
        />
        <NewPassword />
      </Form>
      {invited.passkey && <JoinByPasskey session={session} invited={invited} />}
      <Until ends={invited.ends} />
    </>
  );
}

function Until({ ends }: { ends: number }) {
  const until = whenText(ends, Date.now() / 1000);
  return <p class="note">{t`This link is good once, until ${until}.`}</p>;
}
