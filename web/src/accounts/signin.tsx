/** What is shown to somebody who is not in: the sign-in form, the first start, links of no use. */
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { CloudOff, KeyRound, Link2Off, TriangleAlert } from 'lucide';
import type { IconNode } from 'lucide';
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { Notice, Session, SessionState } from '../app/session';
import { ActButton } from '../ui/actbutton';
import { Field } from '../ui/field';
import { Form } from '../ui/form';
import { Icon } from '../ui/icon';
import { LanguageChoice } from '../ui/languagechoice';
import { Logo } from '../ui/logo';
import { Elsewhere } from './elsewhere';
import { Joining } from './joining';
import { NewPassword } from './newpassword';
import { NoticeBox } from './notice';
import { DocLink, ErrorLink } from '../ui/doclink';
import { lazily } from '../ui/lazily';

const SignInByPasskey = lazily(async () => (await import('./passkeysignin')).SignInByPasskey);
const HalfWay = lazily(async () => (await import('./halfway')).HalfWay);

export function SignInPage({ session, state }: { session: Session; state: SessionState }) {
  const title = titles()[state.is];
  useEffect(() => {
    document.title = title === '' ? 'Sightline' : t`${title} · Sightline`;
  }, [title]);
  return (
    <div class="signin" data-state={state.is}>
      <main class="signin-box">
        <p class="signin-brand">
          <Logo />
          <span aria-hidden="true">{t`Sightline`}</span>
        </p>
        <Inside session={session} state={state} />
        <LanguageChoice />
      </main>
    </div>
  );
}

const titles = (): Readonly<Record<SessionState['is'], string>> => ({
  asking: '',
  away: t`Not reached`,
  out: t`Sign in`,
  founding: t`First admin`,
  invited: t`Invitation`,
  half: t`Sign in`,
  shut: t`Shared link`,
  in: '',
});

function Inside({ session, state }: { session: Session; state: SessionState }) {
  switch (state.is) {
    case 'in':
    case 'asking':
      return <p class="hidden">{t`One moment…`}</p>;
    case 'away':
      return (
        <Sign icon={CloudOff} title={t`The server cannot be reached`}>
          <p role="status">{t`It is tried again every few seconds; this page goes on by itself.`}</p>
          <ActButton words={t`Try now`} act={() => session.open(null)} />
        </Sign>
      );
    case 'out':
      return state.first ? (
        <FirstStart notice={state.notice} session={session} />
      ) : (
        <SignIn session={session} state={state} />
      );
    case 'founding':
      return <Founding session={session} />;
    case 'invited':
      return <Joining session={session} invited={state.invited} />;
    case 'half':
      return <HalfWay session={session} state={state} />;
    case 'shut':
      return <Shut session={session} state={state} />;
  }
}

function SignIn({ session, state }: { session: Session; state: SessionState & { is: 'out' } }) {
  const { notice, also } = state;
  const passwords = session.waysIn.ways.value?.passwords !== false;
  const name = also?.display ?? also?.name ?? '';
  return (
    <>
      <h1>{t`Sign in`}</h1>
      {notice && <NoticeBox notice={notice} />}
      {passwords && <PasswordForm session={session} />}
      <SignInByPasskey session={session} />
      <Elsewhere session={session} still={state.still} />
      {also && (
        <p class="signin-also">
          <button
            type="button"
            class="link"
            onClick={() => {
              session.enterAs(also);
            }}
          >
            {also.way === 'guest' ? t`Go on as a guest` : t`Go on as ${name}`}
          </button>
        </p>
      )}
      <p class="note">{t`No account, or the password forgotten? Whoever looks after this server can help.`}</p>
    </>
  );
}

function PasswordForm({ session }: { session: Session }) {
  return (
    <Form
      button={t`Sign in`}
      blame={{ wrong: 'password' }}
      submit={(value) => session.signIn(value('name'), value('password'))}
    >
      <Field name="name" label={t`Name`} autocomplete="username webauthn" maxLength={64} focus />
      <Field
        name="password"
        label={t`Password`}
        type="password"
        autocomplete="current-password"
        maxLength={256}
      />
    </Form>
  );
}

function FirstStart({ notice, session }: { notice: Notice | undefined; session: Session }) {
  return (
    <>
      <h1>{t`Nobody has an account yet`}</h1>
      {notice && <NoticeBox notice={notice} />}
      <p>
        <Trans>
          This server was started for the first time. It wrote a link into its log which works once
          and leads on from here: look for <code>#welcome=</code>
        </Trans>
      </p>
      <p class="note">
        <Trans>
          Or make an account on the server: <code>sightline user add NAME --role admin</code>.{' '}
          <DocLink to="accounts">More about accounts</DocLink>
        </Trans>
      </p>
      <ActButton words={t`Look again`} act={() => session.open(null)} />
    </>
  );
}

function Founding({ session }: { session: Session }) {
  return (
    <>
      <h1>{t`Welcome`}</h1>
      <p>{t`Choose a name and a password for the first admin: who makes the other accounts and decides what each may see.`}</p>
      <Form
        button={t`Make the account`}
        blame={{ weak: 'password' }}
        submit={async (value) => {
          await session.found(value('name'), value('password'));
        }}
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
    </>
  );
}

/** Why a link shows nothing, by the server's word for it. */
const closings = (): Readonly<
  Record<string, readonly [icon: IconNode, title: string, more: string]>
> => ({
  early: [Link2Off, t`Not yet`, t`Open the link again when its time has come.`],
  ended: [Link2Off, t`This link has ended`, t`Ask whoever sent it for a new one.`],
  revoked: [Link2Off, t`This link was withdrawn`, t`Ask whoever sent it for a new one.`],
  used: [
    Link2Off,
    t`This link has been used`,
    t`It is good once. Whoever used it can sign in by name and password.`,
  ],
  wrong: [Link2Off, t`There is no such link`, t`Was all of it copied?`],
  signed_in: [KeyRound, t`You are signed in`, ''],
});

function Shut({ session, state }: { session: Session; state: SessionState & { is: 'shut' } }) {
  const [icon, title, more] = closings()[state.code] ?? [TriangleAlert, t`This did not work`, ''];
  const { also } = state;
  const known = state.code in closings();
  return (
    <Sign icon={icon} title={title}>
      <p role="status" data-shut={state.code}>
        {state.why}
        <ErrorLink code={state.code} />
      </p>
      {more !== '' && <p class="note">{more}</p>}
      {also ? (
        <div class="form-end">
          <ActButton
            primary
            words={t`Sign out and open the link`}
            act={() => session.signOutToSeeLink()}
          />
          <button
            type="button"
            class="button"
            onClick={() => {
              session.enterAs(also);
            }}
          >{t`Stay signed in`}</button>
        </div>
      ) : (
        <div class="form-end">
          {!known && <ActButton primary words={t`Try again`} act={() => session.open(null)} />}
          <ActButton words={t`Sign in with an account`} act={() => session.forgetLink()} />
        </div>
      )}
    </Sign>
  );
}

function Sign({
  icon,
  title,
  children,
}: {
  icon: IconNode;
  title: string;
  children: ComponentChildren;
}) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <>
      <span class="signin-icon">
        <Icon of={icon} size={26} />
      </span>
      <h1 ref={heading} tabIndex={-1}>
        {title}
      </h1>
      {children}
    </>
  );
}
