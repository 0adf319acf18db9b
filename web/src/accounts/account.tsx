/** One's own account: password, where one is signed in, tokens for programs, one's own data. */
import { MonitorSmartphone } from 'lucide';
import { useState } from 'preact/hooks';
import { path } from '../net/api';
import type { Api } from '../net/api';
import { CopyButton } from '../ui/copy';
import { useKind, useWho, useServer, useTime, useLive } from '../app/context';
import { useRoster } from '../things/context';
import { Icon } from '../ui/icon';
import { Card, SectionPage } from '../ui/section';
import { Status } from '../things/server/status';
import { keyOf } from '../app/world';
import { isAdmin } from '../app/visitor';
import { Dialog } from '../ui/dialog';
import { NewPassword } from './signin';
import { ActButton, Field, Form, Select, Sure } from '../ui/form';
import type { Values } from '../ui/form';
import { LinkList } from './links';
import { listIn, useLoaded } from './loaded';
import { forgetPlace, Who } from './menu';
import { FriendPrivacy, ownFriends } from './privacy';
import { browserName, ROLE_WORDS, SCOPES, whenText } from './wording';
import type { Session, Token } from './wording';

/** The account of a demonstration has no password. */
const DEMO = 'demo';

export function AccountPage() {
  const { visitor, session } = useWho();
  const friends = ownFriends(useKind('friend'), visitor.rights.own);
  return (
    <SectionPage
      status={<Status />}
      name="Account"
      class="account"
      about={ROLE_WORDS[visitor.role]}
    >
      <div class="cards">
        <div class="cards-column">
          <Card name="You">
            <p class="me">
              <Who visitor={visitor} />
              <span>
                <b>{visitor.name}</b>
                <span class="muted">{visitor.role}</span>
              </span>
            </p>
            <div class="form-end">
              <ActButton
                words="Sign out"
                act={async () => {
                  await session?.signOut();
                  forgetPlace();
                }}
              />
              <Sure
                words="Sign out everywhere"
                sure="Yes, sign out everywhere"
                act={async () => {
                  await session?.signOut(true);
                  forgetPlace();
                }}
              />
            </div>
          </Card>
          <Browsers />
        </div>
        {visitor.name !== DEMO && <PasswordCard name={visitor.name} />}
        <Tokens />
        {friends.length > 0 && (
          <Card name="Your data" class="wide">
            <p class="said">
              What is kept about you is yours: for how long, a copy of it, and its end.
            </p>
            {friends.map((thing) => (
              <FriendPrivacy key={thing.id} thing={thing} />
            ))}
          </Card>
        )}
        {(friends.length > 0 || isAdmin(visitor)) && (
          <Card name="Links you shared" class="wide">
            <LinkList owner={visitor.name} />
          </Card>
        )}
      </div>
    </SectionPage>
  );
}

/** Offers to end the API tokens with the old password: who knew the one may have made the others. */
export function EndTokens({ about }: { about: string }) {
  return (
    <fieldset class="checks">
      <legend>API tokens</legend>
      <label>
        <input type="checkbox" name="end_tokens" />
        <span>End all of them, too. {about}</span>
      </label>
    </fieldset>
  );
}

/** What a form with `EndTokens` asks for. */
export function endTokens(value: Values): { end_tokens?: true } {
  return value('end_tokens') === 'on' ? { end_tokens: true } : {};
}

function PasswordCard({ name }: { name: string }) {
  const { api } = useServer();
  const [done, setDone] = useState(false);
  return (
    <Card name="Password">
      <Form
        button="Change the password"
        blame={{ forbidden: 'old', weak: 'new' }}
        submit={async (value, form) => {
          setDone(false);
          await api.post('me/password', {
            old: value('old'),
            new: value('new'),
            ...endTokens(value),
          });
          form.reset();
          setDone(true);
        }}
      >
        {/* Tells password managers whose password it is. */}
        <input
          class="hidden"
          name="username"
          autocomplete="username"
          value={name}
          readOnly
          tabIndex={-1}
          aria-hidden="true"
        />
        <Field
          name="old"
          label="Present password"
          type="password"
          autocomplete="current-password"
          maxLength={256}
        />
        <NewPassword name="new" label="New password" />
        <EndTokens about="Programs and phones that use one stop working until they get another." />
      </Form>
      <p class="good" role="status">
        {done ? 'Changed. You are signed out everywhere else.' : ''}
      </p>
    </Card>
  );
}

function Browsers() {
  const { now } = useTime();
  const { api } = useServer();
  const { session } = useWho();
  const {
    value: sessions,
    why,
    again,
  } = useLoaded(async () => listIn<Session>(await api.get('sessions'), 'sessions'));
  return (
    <Card
      name="Signed in"
      aside={
        sessions &&
        sessions.length > 1 && (
          <Sure
            words="End all others"
            sure="Yes, end all others"
            act={async () => {
              await api.del('sessions/others');
              await again();
            }}
          />
        )
      }
    >
      <Trouble why={why} />
      <ul class="list">
        {sessions?.map((each) => (
          <SessionRow
            key={each.id}
            session={each}
            now={now.value}
            end={async () => {
              if (each.here) {
                await session?.signOut();
                forgetPlace();
              } else {
                await api.del(path`sessions/${each.id}`);
                await again();
              }
            }}
          />
        ))}
      </ul>
    </Card>
  );
}

export function SessionRow({
  session,
  now,
  end,
}: {
  session: Session;
  now: number;
  end(): Promise<void>;
}) {
  return (
    <li data-session={session.here ? 'here' : 'elsewhere'}>
      <Icon of={MonitorSmartphone} size={18} />
      <span class="list-in">
        <b title={session.agent}>
          {browserName(session.agent)}
          {session.here && <span class="tag">This one</span>}
        </b>
        <span class="muted">
          {session.address}
          {session.address === '' ? '' : ' · '}
          {now - session.seen < 120 ? 'now' : `last used ${whenText(session.seen, now)}`} · since{' '}
          {whenText(session.created, now)}
        </span>
      </span>
      <ActButton words={session.here ? 'Sign out' : 'End'} act={end} />
    </li>
  );
}

function Tokens() {
  const { now } = useTime();
  const { api } = useServer();
  const [making, setMaking] = useState(false);
  const {
    value: tokens,
    why,
    again,
  } = useLoaded(async () => listIn<Token>(await api.get('tokens'), 'tokens'));
  return (
    <Card
      name="API tokens"
      class="wide"
      aside={
        <button
          type="button"
          class="button"
          onClick={() => {
            setMaking(true);
          }}
        >
          New token
        </button>
      }
    >
      <Trouble why={why} />
      {tokens?.length === 0 && (
        <p class="note">For scripts, and for phones that post over HTTP. None so far.</p>
      )}
      <ul class="list">
        {tokens?.map((token) => (
          <li key={token.id}>
            <span class="list-in">
              <b>{token.name}</b>
              <span class="muted">
                {[...token.scopes, ...token.things].join(', ')} ·{' '}
                {token.used === null
                  ? 'never used'
                  : `last used ${whenText(token.used, now.value)}`}
                {token.expires !== null &&
                  (token.expires < now.value
                    ? ' · has expired'
                    : ` · until ${whenText(token.expires, now.value)}`)}
              </span>
            </span>
            <Sure
              words="Revoke"
              sure="Yes, revoke"
              label={token.name}
              act={async () => {
                await api.del(path`tokens/${token.id}`);
                await again();
              }}
            />
          </li>
        ))}
      </ul>
      {making && (
        <NewToken
          api={api}
          close={() => {
            setMaking(false);
            void again();
          }}
        />
      )}
    </Card>
  );
}

function NewToken({ api, close }: { api: Api; close(): void }) {
  const { world } = useLive();
  const { visitor } = useWho();
  const { entries } = useRoster();
  const [made, setMade] = useState<string | null>(null);
  const [publishes, setPublishes] = useState(false);
  const friends = ownFriends(
    [...world.kind('friend').values()],
    isAdmin(visitor) ? ['*'] : visitor.rights.own,
  );
  const scopes = SCOPES.filter(
    ([scope]) =>
      (scope !== 'metrics' || isAdmin(visitor)) &&
      (scope !== 'drive' || visitor.rights.drive.length > 0) &&
      (scope !== 'publish' || friends.length > 0),
  );
  return (
    <Dialog title={made === null ? 'New API token' : 'Your new token'} close={close}>
      {made !== null ? (
        <Once
          text={made}
          words="Copy the token"
          about="It is shown this once. Whoever has it may do what it is for."
          close={close}
        />
      ) : (
        <Form
          button="Make the token"
          blame={{ malformed: 'name' }}
          submit={async (value, form) => {
            const days = value('days');
            const said = await api.post('tokens', {
              name: value('name'),
              scopes: scopes
                .map(([scope]) => scope)
                .filter((scope) => checked(form, `scope-${scope}`)),
              things: publishes ? [value('thing')] : [],
              ...(days === '' ? {} : { days: Number(days) }),
            });
            setMade(String(said['token']));
          }}
        >
          <Field
            name="name"
            label="Name"
            hint="What will use it: “backup script”"
            maxLength={64}
            autocomplete="off"
            focus
          />
          <fieldset class="checks">
            <legend>What it is for</legend>
            {scopes.map(([scope, words]) => (
              <label key={scope}>
                <input
                  type="checkbox"
                  name={`scope-${scope}`}
                  defaultChecked={scope === 'see'}
                  onChange={(changed) => {
                    if (scope === 'publish') setPublishes(changed.currentTarget.checked);
                  }}
                />
                <span>
                  <b>{scope}</b> {words}
                </span>
              </label>
            ))}
          </fieldset>
          {publishes && (
            <Select
              name="thing"
              label="For the phone"
              options={friends.map((thing) => {
                const key = keyOf('friend', thing.id);
                return [key, `${entries.get(key)?.name ?? ''} (${thing.id})`] as const;
              })}
            />
          )}
          <Select
            name="days"
            label="Lasts"
            value="90"
            options={[
              ['7', 'A week'],
              ['30', 'A month'],
              ['90', 'Three months'],
              ['365', 'A year'],
              ['', 'Until it is revoked'],
            ]}
          />
        </Form>
      )}
    </Dialog>
  );
}

export function checked(form: HTMLFormElement, name: string): boolean {
  const found = form.elements.namedItem(name);
  return found instanceof HTMLInputElement && found.checked;
}

/** A secret that is shown once. */
export function Once({
  text,
  words,
  about,
  close,
}: {
  text: string;
  words: string;
  about: string;
  close(): void;
}) {
  return (
    <div class="once">
      <p>{about}</p>
      <pre tabIndex={0} data-once>
        {text}
      </pre>
      <div class="form-end">
        <CopyButton text={text} label={words} words={words} />
        <button type="button" class="button primary" onClick={close}>
          Done
        </button>
      </div>
    </div>
  );
}

export function Trouble({ why }: { why: string }) {
  return (
    <p class="form-error" role="alert">
      {why}
    </p>
  );
}
