/** What is shown to whoever is not in: the sign-in form, the first start, links that show nothing. */
import { CloudOff, KeyRound, Link2Off, TriangleAlert } from 'lucide';
import type { IconNode } from 'lucide';
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { Notice, Session, SessionState } from '../app/session';
import type { Visitor } from '../app/visitor';
import { ActButton } from '../ui/actbutton';
import { Field } from '../ui/field';
import { Form } from '../ui/form';
import { Icon } from '../ui/icon';
import { LanguageChoice } from '../ui/languagechoice';
import { Logo } from '../ui/logo';
import { NewPassword } from './newpassword';
import { NoticeBox } from './notice';
import { DocLink, ErrorLink } from '../ui/doclink';

export function SignInPage({ session, state }: { session: Session; state: SessionState }) {
  const title = TITLES[state.is];
  useEffect(() => {
    document.title = title === '' ? 'Sightline' : `${title} · Sightline`;
  }, [title]);
  return (
    <div class="signin" data-state={state.is}>
      <main class="signin-box">
        <p class="signin-brand">
          <Logo />
          <span aria-hidden="true">Sightline</span>
        </p>
        <Inside session={session} state={state} />
        <LanguageChoice />
      </main>
    </div>
  );
}

const TITLES: Readonly<Record<SessionState['is'], string>> = {
  asking: '',
  away: 'Not reached',
  out: 'Sign in',
  founding: 'First admin',
  shut: 'Shared link',
  in: '',
};

function Inside({ session, state }: { session: Session; state: SessionState }) {
  switch (state.is) {
    case 'in':
    case 'asking':
      return <p class="hidden">One moment…</p>;
    case 'away':
      return (
        <Sign icon={CloudOff} title="The server cannot be reached">
          <p role="status">It is tried again every few seconds; this page goes on by itself.</p>
          <ActButton words="Try now" act={() => session.open(null)} />
        </Sign>
      );
    case 'out':
      return state.first ? (
        <FirstStart notice={state.notice} session={session} />
      ) : (
        <SignIn session={session} notice={state.notice} also={state.also} />
      );
    case 'founding':
      return <Founding session={session} />;
    case 'shut':
      return <Shut session={session} state={state} />;
  }
}

function SignIn({
  session,
  notice,
  also,
}: {
  session: Session;
  notice: Notice | undefined;
  also: Visitor | undefined;
}) {
  return (
    <>
      <h1>Sign in</h1>
      {notice && <NoticeBox notice={notice} />}
      <Form
        button="Sign in"
        blame={{ wrong: 'password' }}
        submit={(value) => session.signIn(value('name'), value('password'))}
      >
        <Field name="name" label="Name" autocomplete="username" maxLength={64} focus />
        <Field
          name="password"
          label="Password"
          type="password"
          autocomplete="current-password"
          maxLength={256}
        />
      </Form>
      {also && (
        <p class="signin-also">
          <button
            type="button"
            class="link"
            onClick={() => {
              session.enterAs(also);
            }}
          >
            {also.way === 'guest' ? 'Go on as a guest' : `Go on as ${also.name}`}
          </button>
        </p>
      )}
      <p class="note">
        No account, or the password forgotten? Whoever looks after this server can help.
      </p>
    </>
  );
}

function FirstStart({ notice, session }: { notice: Notice | undefined; session: Session }) {
  return (
    <>
      <h1>Nobody has an account yet</h1>
      {notice && <NoticeBox notice={notice} />}
      <p>
        This server was started for the first time. It wrote a link into its log which works once
        and leads on from here: look for <code>#welcome=</code>
      </p>
      <p class="note">
        Or make an account on the server: <code>sightline user add NAME --role admin</code>.{' '}
        <DocLink to="accounts">More about accounts</DocLink>
      </p>
      <ActButton words="Look again" act={() => session.open(null)} />
    </>
  );
}

function Founding({ session }: { session: Session }) {
  return (
    <>
      <h1>Welcome</h1>
      <p>
        Choose a name and a password for the first admin: who makes the other accounts and decides
        what each may see.
      </p>
      <Form
        button="Make the account"
        blame={{ weak: 'password' }}
        submit={async (value) => {
          await session.found(value('name'), value('password'));
        }}
      >
        <Field
          name="name"
          label="Name"
          autocomplete="username"
          maxLength={64}
          hint="Small letters, digits and . _ @ -"
          focus
        />
        <NewPassword />
      </Form>
    </>
  );
}

/** Why a link shows nothing, by the server's word for it. */
const SHUT: Readonly<Record<string, readonly [icon: IconNode, title: string, more: string]>> = {
  early: [Link2Off, 'Not yet', 'Open the link again when its time has come.'],
  ended: [Link2Off, 'This link has ended', 'Ask whoever sent it for a new one.'],
  revoked: [Link2Off, 'This link was withdrawn', 'Ask whoever sent it for a new one.'],
  wrong: [Link2Off, 'There is no such link', 'Was all of it copied?'],
  signed_in: [KeyRound, 'You are signed in', ''],
};

function Shut({ session, state }: { session: Session; state: SessionState & { is: 'shut' } }) {
  const [icon, title, more] = SHUT[state.code] ?? [TriangleAlert, 'This did not work', ''];
  const { also } = state;
  const known = state.code in SHUT;
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
            words="Sign out and open the link"
            act={() => session.signOutToSeeLink()}
          />
          <button
            type="button"
            class="button"
            onClick={() => {
              session.enterAs(also);
            }}
          >
            Stay signed in
          </button>
        </div>
      ) : (
        <div class="form-end">
          {!known && <ActButton primary words="Try again" act={() => session.open(null)} />}
          <ActButton words="Sign in with an account" act={() => session.forgetLink()} />
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
