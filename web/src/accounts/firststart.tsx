/** What the first start shows: where to look for the link, and making the first admin. */
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import type { Notice, Session } from '../app/session';
import { ActButton } from '../ui/actbutton';
import { DocLink } from '../ui/doclink';
import { Field } from '../ui/field';
import { Form } from '../ui/form';
import { NewPassword } from './newpassword';
import { NoticeBox } from './notice';

export function FirstStart({ notice, session }: { notice: Notice | undefined; session: Session }) {
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

export function Founding({ session }: { session: Session }) {
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
