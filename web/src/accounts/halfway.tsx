/** After the password: the code of the app, or setting an app up where the role needs one. */
import { t } from '@lingui/core/macro';
import { useState } from 'preact/hooks';
import type { Session, SessionState } from '../app/session';
import type { Reply } from '../net/api';
import { Field } from '../ui/field';
import { Form } from '../ui/form';
import { AppSetup } from './appsetup';
import { useLoaded } from './loader';
import { Trouble } from './once';
import { RecoveryCodes } from './recoverycodes';

type Half = SessionState & { is: 'half' };

export function HalfWay({ session, state }: { session: Session; state: Half }) {
  return state.wants === 'code' ? (
    <GiveCode session={session} state={state} />
  ) : (
    <MustSetUp session={session} state={state} />
  );
}

function GiveCode({ session, state }: { session: Session; state: Half }) {
  const [lost, setLost] = useState(false);
  const { half, addsPhone } = state;
  return (
    <>
      <h1>{lost ? t`Recovery code` : t`One more step`}</h1>
      <p>
        {lost
          ? t`Type one of the ten codes that you wrote down when you set the app up. Each is good once.`
          : t`Your password is right. Now type the six digits that your app shows for Sightline.`}
      </p>
      <Form
        key={String(lost)}
        button={t`Sign in`}
        blame={{ wrong_code: 'code' }}
        submit={async (value) => {
          session.came(
            await session.api.post('session/code', { half, code: value('code') }),
            addsPhone,
          );
        }}
      >
        {lost ? (
          <Field name="code" label={t`Recovery code`} autocomplete="off" maxLength={40} focus />
        ) : (
          <Field
            name="code"
            label={t`Code`}
            autocomplete="one-time-code"
            inputMode="numeric"
            maxLength={12}
            focus
          />
        )}
      </Form>
      <p class="signin-also">
        <button
          type="button"
          class="link"
          onClick={() => {
            setLost(!lost);
          }}
        >
          {lost ? t`Use the app` : t`Use a recovery code`}
        </button>
        {' · '}
        <Back session={session} />
      </p>
    </>
  );
}

function MustSetUp({ session, state }: { session: Session; state: Half }) {
  const { half, addsPhone } = state;
  const { value, failure } = useLoaded(() => session.api.post('session/app', { half }), half);
  const [came, setCame] = useState<Reply<'POST /session/app/code'> | null>(null);
  if (came !== null) {
    return (
      <>
        <h1>{t`You are in`}</h1>
        <RecoveryCodes
          codes={came.codes}
          close={() => {
            session.came(came, addsPhone);
          }}
        />
      </>
    );
  }
  return (
    <>
      <h1>{t`One more step`}</h1>
      <p>{t`Your role needs more than a password here: a code that an app on your phone shows. Setting it up takes two minutes.`}</p>
      <Trouble failure={failure} />
      {value && (
        <AppSetup
          made={value}
          submit={async (code) => {
            const { sealed } = value;
            setCame(await session.api.post('session/app/code', { half, sealed, code }));
          }}
        />
      )}
      <p class="signin-also">
        <Back session={session} />
      </p>
    </>
  );
}

function Back({ session }: { session: Session }) {
  return (
    <button
      type="button"
      class="link"
      onClick={() => {
        void session.forgetLink();
      }}
    >{t`Start again`}</button>
  );
}
