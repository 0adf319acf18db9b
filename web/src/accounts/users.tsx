/** Everybody with an account: role, what they may see and drive, whether they can sign in. */
import { t } from '@lingui/core/macro';
import { roleName } from '../app/rolename';
import { Plus } from 'lucide';
import { useState } from 'preact/hooks';
import { useServer, useTime, useWho } from '../app/context';
import { Icon } from '../ui/icon';
import { Card } from '../ui/section';
import { EditUser } from './edituser';
import { useLoaded } from './loader';
import { NewUser } from './newuser';
import { Trouble } from './once';
import { useRoster } from '../things/context';
import { ownText, rightsText } from './choices';
import { InvitationsCard } from './invitations';
import { whenText } from './wording';
import type { Account } from './wording';
import type { Dispatch, StateUpdater } from 'preact/hooks';
import type { Visitor } from '../app/visitor';
import type { ReadonlySignal } from '@preact/signals';

export function UsersPage() {
  const { now } = useTime();
  const { api } = useServer();
  const { visitor } = useWho();
  const { value: users, failure, again } = useLoaded(async () => (await api.get('users')).users);
  const invitations = useLoaded(async () => (await api.get('invitations')).invitations);
  const [open, setOpen] = useState<string | null>(null);
  const [making, setMaking] = useState(false);
  const [query, setQuery] = useState('');
  const chosen = users?.find((user) => user.name === open);
  const found = users?.filter((user) =>
    `${user.name} ${user.display}`.toLowerCase().includes(query.trim().toLowerCase()),
  );
  return (
    <>
      <InvitationsCard loaded={invitations} />
      <Card
        name={t`Users`}
        aside={<UsersTools users={users} query={query} setQuery={setQuery} setMaking={setMaking} />}
      >
        <Trouble failure={failure} />
        <ul class="list">
          {found?.map((user) => (
            <UserRow key={user.name} user={user} setOpen={setOpen} visitor={visitor} now={now} />
          ))}
        </ul>
        {found?.length === 0 && <p class="note">{t`There is no such user.`}</p>}
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
              void invitations.again();
            }}
          />
        )}
      </Card>
    </>
  );
}

function UsersTools({
  users,
  query,
  setQuery,
  setMaking,
}: {
  users: readonly Account[] | undefined;
  query: string;
  setQuery: Dispatch<StateUpdater<string>>;
  setMaking: Dispatch<StateUpdater<boolean>>;
}) {
  return (
    <>
      {(users?.length ?? 0) > 10 && (
        <label class="search small">
          <span class="hidden">{t`Find a user`}</span>
          <input
            type="search"
            placeholder={t`Find a user`}
            value={query}
            onInput={(typed) => {
              setQuery(typed.currentTarget.value);
            }}
          />
        </label>
      )}
      <button
        type="button"
        class="button"
        onClick={() => {
          setMaking(true);
        }}
      >
        <Icon of={Plus} size={16} />
        {t`New user`}
      </button>
    </>
  );
}

function UserRow({
  user,
  setOpen,
  visitor,
  now,
}: {
  user: Account;
  setOpen: Dispatch<StateUpdater<string | null>>;
  visitor: Visitor;
  now: ReadonlySignal<number>;
}) {
  const { entries } = useRoster();
  const own = ownText(user.own, entries);
  const seen = user.seen === undefined ? '' : whenText(user.seen, now.value);
  return (
    <li class="list-open">
      <button
        type="button"
        class="list-head"
        data-user={user.name}
        onClick={() => {
          setOpen(user.name);
        }}
      >
        <span class="who-circle" data-way={user.disabled ? 'closed' : 'account'}>
          {(user.display || user.name).slice(0, 2).toUpperCase()}
        </span>
        <span class="list-in">
          <b>
            {user.display || user.name}
            {user.name === visitor.name && <span class="tag">{t`You`}</span>}
            {user.disabled && <span class="tag warn">{t`Closed`}</span>}
            {!user.password && !user.disabled && <span class="tag">{t`No password`}</span>}
          </b>
          <span class="muted">
            {[user.display === '' ? '' : user.name, rightsText(user, entries), own]
              .filter(Boolean)
              .join(' · ')}
          </span>
        </span>
        <span class="list-end">
          <span class="role" data-role={user.role}>
            {roleName(user.role)}
          </span>
          <span class="muted">{user.seen === undefined ? t`never seen` : t`seen ${seen}`}</span>
        </span>
      </button>
    </li>
  );
}
