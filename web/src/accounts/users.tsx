/** Everybody with an account: role, what they may see and drive, whether they can sign in. */
import { Plus, X } from 'lucide';
import { useId, useRef, useState } from 'preact/hooks';
import { path } from '../net/api';
import { useTime, useServer, useWho } from '../app/context';
import { useRoster } from '../things/context';
import { Icon } from '../ui/icon';
import { Card } from '../ui/section';
import { ROLES } from '../app/visitor';
import type { Grant, Role } from '../app/visitor';
import { EndTokens, endTokens, Once, SessionRow, Trouble } from './account';
import { Dialog } from '../ui/dialog';
import { ActButton, Field, Form, Sure } from '../ui/form';
import { listIn, useLoaded } from './loaded';
import { grantChoices, grantText, newPassword, ROLE_WORDS, whenText, withGrant } from './wording';
import type { Account, Session } from './wording';

export function UsersPage() {
  const { now } = useTime();
  const { api } = useServer();
  const { visitor } = useWho();
  const {
    value: users,
    why,
    again,
  } = useLoaded(async () => listIn<Account>(await api.get('users'), 'users'));
  const [open, setOpen] = useState<string | null>(null);
  const [making, setMaking] = useState(false);
  const [query, setQuery] = useState('');
  const chosen = users?.find((user) => user.name === open);
  const found = users?.filter((user) => user.name.includes(query.trim().toLowerCase()));
  return (
    <Card
      name="Users"
      aside={
        <>
          {(users?.length ?? 0) > 10 && (
            <label class="search small">
              <span class="hidden">Find a user</span>
              <input
                type="search"
                placeholder="Find a user"
                value={query}
                onInput={(typed) => {
                  setQuery(typed.currentTarget.value);
                }}
              />
            </label>
          )}
          <button
            type="button"
            class="button primary"
            onClick={() => {
              setMaking(true);
            }}
          >
            <Icon of={Plus} size={16} />
            New user
          </button>
        </>
      }
    >
      <Trouble why={why} />
      <ul class="list">
        {found?.map((user) => (
          <li key={user.name} class="list-open">
            <button
              type="button"
              class="list-head"
              data-user={user.name}
              onClick={() => {
                setOpen(user.name);
              }}
            >
              <span class="who-circle" data-way={user.disabled ? 'closed' : 'account'}>
                {user.name.slice(0, 2).toUpperCase()}
              </span>
              <span class="list-in">
                <b>
                  {user.name}
                  {user.name === visitor.name && <span class="tag">You</span>}
                  {user.disabled && <span class="tag warn">Closed</span>}
                  {!user.password && !user.disabled && <span class="tag">No password</span>}
                </b>
                <span class="muted">{rightsText(user)}</span>
              </span>
              <span class="list-end">
                <span class="role" data-role={user.role}>
                  {user.role}
                </span>
                <span class="muted">
                  {user.seen === null ? 'never seen' : `seen ${whenText(user.seen, now.value)}`}
                </span>
              </span>
            </button>
          </li>
        ))}
      </ul>
      {found?.length === 0 && <p class="note">There is no such user.</p>}
      {making && (
        <NewUser
          close={() => {
            setMaking(false);
            void again();
          }}
        />
      )}
      {chosen && (
        <EditUser
          key={chosen.name}
          user={chosen}
          again={again}
          close={() => {
            setOpen(null);
          }}
        />
      )}
    </Card>
  );
}

/** What an account was given, in one line. */
export function rightsText(user: Pick<Account, 'role' | 'see' | 'drive' | 'own'>): string {
  if (user.role === 'admin') return 'Sees and drives everything';
  const list = (grants: readonly Grant[]) => {
    const words = grants.slice(0, 3).map((grant) => lower(grantText(grant)));
    const more = grants.length - words.length;
    return words.join(', ') + (more > 0 ? ` and ${String(more)} more` : '');
  };
  const parts = [
    user.see.length > 0 ? `Sees ${list(user.see)}` : '',
    user.role === 'operator' && user.drive.length > 0 ? `drives ${list(user.drive)}` : '',
    user.own.length > 0 ? `is ${list(user.own)}` : '',
  ].filter(Boolean);
  return parts.length > 0 ? parts.join('; ') : 'Sees nobody yet';
}

function lower(text: string): string {
  return /^(All|Everything)/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text;
}

interface Given {
  readonly role: Role;
  readonly see: readonly Grant[];
  readonly drive: readonly Grant[];
  readonly own: readonly Grant[];
}

function NewUser({ close }: { close(): void }) {
  const { api } = useServer();
  const [given, setGiven] = useState<Given>({ role: 'viewer', see: [], drive: [], own: [] });
  const [made, setMade] = useState<{ name: string; password: string } | null>(null);
  return (
    <Dialog title={made ? `${made.name} can sign in` : 'New user'} close={close}>
      {made ? (
        <Once
          text={`${location.origin}${location.pathname}\nName: ${made.name}\nPassword: ${made.password}`}
          words="Copy"
          about="Hand this over safely. The password is shown this once, and can be changed under “My account”."
          close={close}
        />
      ) : (
        <Form
          button="Make the account"
          blame={{ taken: 'name', malformed: 'name', weak: 'password' }}
          submit={async (value) => {
            const password = value('password');
            const said = await api.post('users', { name: value('name'), password, ...given });
            const { name } = said['user'] as Account;
            setMade({ name, password });
          }}
        >
          <Field
            name="name"
            label="Name"
            hint="Small letters, digits and . _ @ -"
            autocomplete="off"
            maxLength={64}
            focus
          />
          <FirstPassword />
          <Rights given={given} change={setGiven} />
        </Form>
      )}
    </Dialog>
  );
}

/** A good password is there already; it can be another. */
function FirstPassword() {
  const [suggested] = useState(newPassword);
  return (
    <Field
      name="password"
      label="Password"
      hint="Suggested by this browser; write another if you like."
      value={suggested}
      autocomplete="off"
      minLength={8}
      maxLength={256}
    />
  );
}

function EditUser({
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
  const [page, setPage] = useState<'rights' | 'password' | 'sessions' | 'remove'>('rights');
  const [said, setSaid] = useState('');
  const me = user.name === visitor.name;
  return (
    <Dialog title={user.name} close={close}>
      <div class="chips tabs" role="group" aria-label="What to change">
        {(
          [
            ['rights', 'Rights'],
            ['password', 'Password'],
            ['sessions', 'Signed in'],
            ['remove', 'Close'],
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
      {page === 'rights' && (
        <Form
          button="Save"
          submit={async () => {
            const { role, see, drive, own } = given;
            await api.patch(path`users/${user.name}`, { role, see, drive, own });
            await again();
            setSaid('Saved. It holds at once, wherever they are signed in.');
          }}
        >
          <Rights given={given} change={setGiven} />
        </Form>
      )}
      {page === 'password' && <SetPassword user={user} again={again} close={close} />}
      {page === 'sessions' && <Sessions user={user} />}
      {page === 'remove' && (
        <>
          <p class="said">
            {user.disabled
              ? 'This account is closed: nobody can sign in with it, and its tokens and links do not work.'
              : 'A closed account keeps its rights for later. It is signed out, and its tokens and links stop working.'}
          </p>
          <ActButton
            words={user.disabled ? 'Open the account again' : 'Close the account'}
            act={async () => {
              await api.patch(path`users/${user.name}`, { disabled: !user.disabled });
              await again();
            }}
          />
          <h3>Remove</h3>
          <Form
            button="Remove for good"
            danger
            submit={async (value) => {
              if (value('confirm').trim() !== user.name) return;
              await api.del(path`users/${user.name}`);
              close();
              await again();
            }}
          >
            <p class="said">The account goes, with its sessions, tokens and links.</p>
            <Field
              name="confirm"
              label={`To confirm, type ${user.name}`}
              autocomplete="off"
              pattern={user.name.replace(/[.@-]/g, '\\$&')}
            />
          </Form>
          {me && <p class="note">This is your own account.</p>}
        </>
      )}
      <p class="good" role="status">
        {said}
      </p>
    </Dialog>
  );
}

function SetPassword({
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
  if (made !== null) {
    return (
      <Once
        text={`Name: ${user.name}\nPassword: ${made}`}
        words="Copy"
        about="Hand it over safely; it is shown this once."
        close={close}
      />
    );
  }
  return (
    <Form
      button="Set the password"
      blame={{ weak: 'password' }}
      submit={async (value) => {
        const password = value('password');
        await api.patch(path`users/${user.name}`, { password, ...endTokens(value) });
        await again();
        setMade(password);
      }}
    >
      <p>A new password signs them out wherever they are.</p>
      <FirstPassword />
      {user.tokens > 0 && (
        <EndTokens
          about={`There ${user.tokens === 1 ? 'is 1' : `are ${String(user.tokens)}`}, and a new password does not end them.`}
        />
      )}
    </Form>
  );
}

function Sessions({ user }: { user: Account }) {
  const { now } = useTime();
  const { api } = useServer();
  const { value, why, again } = useLoaded(
    async () => listIn<Session>(await api.get(path`users/${user.name}/sessions`), 'sessions'),
    user.name,
  );
  return (
    <>
      <Trouble why={why} />
      {value?.length === 0 && <p class="note">Not signed in anywhere.</p>}
      <ul class="list">
        {value?.map((session) => (
          <SessionRow
            key={session.id}
            session={session}
            now={now.value}
            end={async () => {
              await api.del(path`users/${user.name}/sessions/${session.id}`);
              await again();
            }}
          />
        ))}
      </ul>
      {value && value.length > 1 && (
        <Sure
          words="Sign out everywhere"
          sure="Yes, everywhere"
          act={async () => {
            await api.del(path`users/${user.name}/sessions`);
            await again();
          }}
        />
      )}
    </>
  );
}

function Rights({ given, change }: { given: Given; change(given: Given): void }) {
  return (
    <>
      <fieldset class="roles">
        <legend>Role</legend>
        {ROLES.map((role) => (
          <label key={role}>
            <input
              type="radio"
              name="role"
              value={role}
              checked={given.role === role}
              onChange={() => {
                change({ ...given, role });
              }}
            />
            <span>
              <b>{role}</b>
              <small>{ROLE_WORDS[role]}</small>
            </span>
          </label>
        ))}
      </fieldset>
      {given.role !== 'admin' && (
        <Grants
          verb="see"
          label="Sees"
          none="Nobody yet"
          grants={given.see}
          change={(see) => {
            change({ ...given, see });
          }}
        />
      )}
      {given.role === 'operator' && (
        <Grants
          verb="drive"
          label="Drives"
          none="No robot yet"
          grants={given.drive}
          change={(drive) => {
            change({ ...given, drive });
          }}
        />
      )}
      <Grants
        verb="own"
        label="Is"
        none="Nobody on the map"
        hint="Whose phone this is: may share, export and erase it."
        grants={given.own}
        change={(own) => {
          change({ ...given, own });
        }}
      />
    </>
  );
}

/** What is given, as words that can be taken away, and a field for one more. */
function Grants({
  verb,
  label,
  none,
  hint,
  grants,
  change,
}: {
  verb: 'see' | 'drive' | 'own';
  label: string;
  none: string;
  hint?: string;
  grants: readonly Grant[];
  change(grants: readonly Grant[]): void;
}) {
  const { entries } = useRoster();
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const nameOf = (key: string) => entries.get(key)?.name;
  const choices = grantChoices(verb, entries.keys()).filter((each) => !grants.includes(each));
  const quick = choices.filter((each) => !each.includes('/') && each !== 'region');
  const add = () => {
    const typed = input.current?.value.trim() ?? '';
    if (typed === '') return;
    change(withGrant(grants, choices.find((each) => grantText(each, nameOf) === typed) ?? typed));
    if (input.current) input.current.value = '';
  };
  return (
    <fieldset class="grants" data-verb={verb}>
      <legend>{label}</legend>
      <p class="tags">
        {grants.length === 0 && <span class="note">{none}</span>}
        {grants.map((grant) => (
          <button
            key={grant}
            type="button"
            class="tag removable"
            aria-label={`Take away ${grantText(grant, nameOf)}`}
            onClick={() => {
              change(grants.filter((each) => each !== grant));
            }}
          >
            {grantText(grant, nameOf)}
            <Icon of={X} size={12} />
          </button>
        ))}
      </p>
      <div class="add">
        <input
          ref={input}
          id={id}
          aria-label={`${label}: add`}
          list={`${id}-choices`}
          placeholder={verb === 'drive' ? 'probot/ProBot1' : 'friend/jane or friend/jane/phone'}
          autocomplete="off"
          spellcheck={false}
          maxLength={300}
          onKeyDown={(key) => {
            if (key.key !== 'Enter') return;
            key.preventDefault();
            add();
          }}
        />
        <datalist id={`${id}-choices`}>
          {choices
            .filter((each) => each.includes('/'))
            .slice(0, 500)
            .map((each) => (
              <option key={each} value={each}>
                {grantText(each, nameOf)}
              </option>
            ))}
        </datalist>
        <button type="button" class="button" onClick={add}>
          Add
        </button>
      </div>
      {quick.length > 0 && (
        <div class="quick">
          {quick.map((each) => (
            <button
              key={each}
              type="button"
              class="button quiet"
              onClick={() => {
                change(withGrant(grants, each));
              }}
            >
              {grantText(each)}
            </button>
          ))}
        </div>
      )}
      {hint !== undefined && <p class="hint">{hint}</p>}
    </fieldset>
  );
}
