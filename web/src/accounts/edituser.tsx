/** Changing somebody's account: rights, password, sessions, closing it. */
import { plural, t } from '@lingui/core/macro';
import { useState } from 'preact/hooks';
import { useServer, useTime, useWho } from '../app/context';
import { Dialog } from '../ui/dialog';
import { Form } from '../ui/form';
import { ActButton, Sure } from '../ui/actbutton';
import { Field } from '../ui/field';
import { SessionRow } from './browsers';
import { endTokens, EndTokens } from './endtokens';
import { FirstPassword } from './firstpassword';
import { UserIdentities } from './identities';
import { useLoaded } from './loader';
import { Once, Trouble } from './once';
import { ResetLink } from './resetlink';
import { Rights } from './rights';
import type { Given } from './rights';
import { TelephoneForm } from './telephone';
import { UserWays } from './userways';
import { ViewAs } from './viewas';
import type { Account } from './wording';
import type { Dispatch, StateUpdater } from 'preact/hooks';
import type { Api } from '../net/api';

type Part = 'rights' | 'view' | 'password' | 'ways' | 'sessions' | 'remove';

export function EditUser({
  user,
  again,
  close,
}: {
  user: Account;
  again: () => Promise<void>;
  close(): void;
}) {
  const { api } = useServer();
  const { visitor } = useWho();
  const [given, setGiven] = useState<Given>(user);
  const [page, setPage] = useState<Part>('rights');
  const [said, setSaid] = useState('');
  const { name } = user;
  const me = name === visitor.name;
  return (
    <Dialog title={user.display || user.name} close={close}>
      <EditTabs page={page} setPage={setPage} setSaid={setSaid} />
      {page === 'rights' && (
        <Form
          button={t`Save`}
          blame={{ taken: 'display', malformed: 'display' }}
          submit={async (value) => {
            const { role, see, drive, own } = given;
            const display = value('display');
            await api.patch(
              'users/{name}',
              { name: user.name },
              { display, role, see, drive, own },
            );
            await again();
            setSaid(t`Saved. It holds at once, wherever they are signed in.`);
          }}
        >
          <Field
            name="display"
            label={t`Called`}
            hint={t`Shown wherever ${name} is named`}
            autocomplete="off"
            required={false}
            maxLength={64}
            value={user.display}
          />
          <Rights given={given} change={setGiven} />
        </Form>
      )}
      {page === 'rights' && <Telephone user={user} again={again} />}
      {page === 'view' && <ViewAs user={user} />}
      {page === 'password' && <SetPassword user={user} again={again} close={close} />}
      {page === 'ways' && <UserWays user={user} again={again} />}
      {page === 'sessions' && <Sessions user={user} />}
      {page === 'remove' && (
        <CloseAccount user={user} api={api} again={again} close={close} me={me} />
      )}
      <p class="good" role="status">
        {said}
      </p>
    </Dialog>
  );
}

function Telephone({ user, again }: { user: Account; again: () => Promise<void> }) {
  const { api } = useServer();
  return (
    <>
      <h3>{t`Telephone`}</h3>
      <TelephoneForm
        number={user.telephone}
        save={async (telephone) => {
          const { name } = user;
          await api.put('users/{name}/telephone', { name }, { telephone });
          await again();
          return (await api.get('users/{name}', { name })).user.telephone;
        }}
      />
    </>
  );
}

function CloseAccount({
  user,
  api,
  again,
  close,
  me,
}: {
  user: Account;
  api: Api;
  again: () => Promise<void>;
  close: () => void;
  me: boolean;
}) {
  const { name } = user;
  return (
    <>
      <p class="said">
        {user.disabled
          ? t`This account is closed: nobody can sign in with it, and its tokens and links do not work.`
          : t`A closed account keeps its rights for later. It is signed out, and its tokens and links stop working.`}
      </p>
      <ActButton
        words={user.disabled ? t`Open the account again` : t`Close the account`}
        act={async () => {
          await api.patch('users/{name}', { name: user.name }, { disabled: !user.disabled });
          await again();
        }}
      />
      <h3>{t`Remove`}</h3>
      <Form
        button={t`Remove for good`}
        danger
        submit={async (value) => {
          if (value('confirm').trim() !== user.name) return;
          await api.del('users/{name}', { name: user.name });
          close();
          await again();
        }}
      >
        <p class="said">{t`The account goes, with its sessions, tokens and links.`}</p>
        <Field
          name="confirm"
          label={t`To confirm, type ${name}`}
          autocomplete="off"
          pattern={user.name.replace(/[.@·-]/g, '\\$&')}
        />
      </Form>
      {me && <p class="note">{t`This is your own account.`}</p>}
    </>
  );
}

function EditTabs({
  page,
  setPage,
  setSaid,
}: {
  page: Part;
  setPage: Dispatch<StateUpdater<Part>>;
  setSaid: Dispatch<StateUpdater<string>>;
}) {
  return (
    <div class="chips tabs" role="group" aria-label={t`What to change`}>
      {(
        [
          ['rights', t`Rights`],
          ['view', t`What they see`],
          ['password', t`Password`],
          ['ways', t`Ways in`],
          ['sessions', t`Signed in`],
          ['remove', t`Close`],
        ] as const
      ).map(([name, words]) => (
        <button
          key={name}
          type="button"
          class="chip"
          aria-pressed={page === name}
          onClick={() => {
            setPage(name);
            setSaid('');
          }}
        >
          {words}
        </button>
      ))}
    </div>
  );
}

/** By a link, unless an admin wants to choose it. */
function SetPassword(props: { user: Account; again: () => Promise<void>; close(): void }) {
  const [by, setBy] = useState<'link' | 'hand'>('link');
  return (
    <>
      {by === 'link' ? <ResetLink {...props} /> : <ChosenPassword {...props} />}
      {by === 'link' && (
        <button
          type="button"
          class="button quiet"
          onClick={() => {
            setBy('hand');
          }}
        >{t`Set a password myself`}</button>
      )}
    </>
  );
}

function ChosenPassword({
  user,
  again,
  close,
}: {
  user: Account;
  again: () => Promise<void>;
  close(): void;
}) {
  const { api } = useServer();
  const [made, setMade] = useState<string | null>(null);
  const { name } = user;
  if (made !== null) {
    return (
      <Once
        text={[t`Name: ${name}`, t`Password: ${made}`].join('\n')}
        words={t`Copy`}
        about={t`Hand it over safely; it is shown this once.`}
        close={close}
      />
    );
  }
  return (
    <Form
      button={t`Set the password`}
      blame={{ weak: 'password' }}
      submit={async (value) => {
        const password = value('password');
        await api.patch('users/{name}', { name: user.name }, { password, ...endTokens(value) });
        await again();
        setMade(password);
      }}
    >
      <p>{t`A new password signs them out wherever they are.`}</p>
      <FirstPassword />
      {user.tokens > 0 && (
        <EndTokens
          about={plural(user.tokens, {
            one: 'There is #, and a new password does not end it.',
            other: 'There are #, and a new password does not end them.',
          })}
        />
      )}
    </Form>
  );
}

function Sessions({ user }: { user: Account }) {
  const { now } = useTime();
  const { api } = useServer();
  const { value, failure, again } = useLoaded(
    async () => (await api.get('users/{name}/sessions', { name: user.name })).sessions,
    user.name,
  );
  return (
    <>
      <Trouble failure={failure} />
      {value?.length === 0 && <p class="note">{t`Not signed in anywhere.`}</p>}
      <ul class="list">
        {value?.map((session) => (
          <SessionRow
            key={session.id}
            session={session}
            now={now.value}
            end={async () => {
              await api.del('users/{name}/sessions/{id}', { name: user.name, id: session.id });
              await again();
            }}
          />
        ))}
      </ul>
      {value && value.length > 1 && (
        <Sure
          words={t`Sign out everywhere`}
          sure={t`Yes, everywhere`}
          act={async () => {
            await api.del('users/{name}/sessions', { name: user.name });
            await again();
          }}
        />
      )}
      <UserIdentities name={user.name} />
    </>
  );
}
