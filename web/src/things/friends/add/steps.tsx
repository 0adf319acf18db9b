/** The steps before there is something to read off: the address, whose phone it is, which app. */
import { t } from '@lingui/core/macro';
import { useEffect, useState } from 'preact/hooks';
import { useServer, useWho } from '../../../app/context';
import { isAdmin } from '../../../app/visitor';
import type { UserShown } from '../../../generated';
import type { Read } from '../../../net/shape';
import { Denied } from '../../../net/api';
import { ActButton } from '../../../ui/actbutton';
import { DocLink } from '../../../ui/doclink';
import { Field, Select } from '../../../ui/field';
import { Form } from '../../../ui/form';
import { AppChoice } from '../appchoice';
import type { AppName } from '../apps';
import { Warning } from '../setupready';
import { useNewPhones } from './context';
import type { Stage } from './newphones';
import { addressOf, cautions, reachOf } from './reach';

/** Asked once, of an admin. */
export function AddressStep() {
  const phones = useNewPhones();
  const [typed, setTyped] = useState(phones.guess);
  const url = addressOf(typed);
  const machine = url !== null && reachOf(url) === 'machine';
  const closed = machine && phones.place.value?.here_only === true;
  return (
    <Form
      button={machine ? t`Go on with it all the same` : t`Use this address`}
      blame={{ malformed: 'address', taken: 'address' }}
      submit={async (value) => {
        const address = value('address');
        const given = addressOf(address);
        if (given !== null && reachOf(given) === 'machine') {
          phones.useOnce(given.href.replace(/\/$/, ''));
        } else await phones.choose(address);
      }}
    >
      <p>{t`At which address do phones reach this server? It goes into links and codes from now on, and is asked for this once.`}</p>
      <div
        onInput={(input) => {
          if (input.target instanceof HTMLInputElement) setTyped(input.target.value);
        }}
      >
        <Field
          name="address"
          label={t`Address of this server`}
          hint={t`As you would type it into the phone’s browser`}
          value={phones.guess}
          maxLength={300}
          autocomplete="off"
          focus
        />
      </div>
      {closed && (
        <Warning>{t`This server answers this very computer only: no phone can reach it. Whoever runs it must open it to the network first.`}</Warning>
      )}
      {!closed && url !== null && cautions(url).map((each) => <Warning key={each}>{each}</Warning>)}
      {machine && <DocLink to="phones">{t`How phones reach a server`}</DocLink>}
    </Form>
  );
}

export function WhoStep() {
  const phones = useNewPhones();
  const { visitor } = useWho();
  const users = useUsers(isAdmin(visitor));
  const place = phones.place.value;
  const address = phones.address;
  return (
    <Form
      button={t`Next`}
      submit={(value) => {
        const owner = value('owner');
        phones.stage.value = { is: 'app', whose: { name: value('name').trim(), owner } };
        return Promise.resolve();
      }}
    >
      <Field
        name="name"
        label={t`Who carries the phone?`}
        hint={t`This name stands on the map.`}
        value={visitor.display ?? visitor.name}
        maxLength={40}
        autocomplete="off"
        focus
      />
      {users.length > 0 && (
        <Select
          name="owner"
          label={t`Whose is it?`}
          options={[
            ['', t`Mine`],
            ...users.map(({ name, display }) => [name, display || name] as const),
          ]}
        />
      )}
      <p class="muted">{t`Its owner sees it, may share it and decides what is kept of it. Admins see it, and accounts that may see everybody.`}</p>
      {place !== null && place.settled === '' && isAdmin(visitor) && (
        <p class="muted">
          {t`Phones get the address ${address}.`}{' '}
          <button
            type="button"
            class="link"
            onClick={() => {
              phones.stage.value = { is: 'address' };
            }}
          >{t`Change it`}</button>
        </p>
      )}
    </Form>
  );
}

type Account = Pick<Read<UserShown>, 'name' | 'display'>;

/** The other accounts, for admins: a phone may be theirs. */
function useUsers(wanted: boolean): readonly Account[] {
  const { api } = useServer();
  const { visitor } = useWho();
  const [users, setUsers] = useState<readonly Account[]>([]);
  useEffect(() => {
    if (!wanted) return;
    let here = true;
    api.get('users').then(
      (said) => {
        if (here)
          setUsers(said.users.filter((each) => each.name !== visitor.name && !each.disabled));
      },
      (error: unknown) => {
        // Without the list it is one's own.
        if (!(error instanceof Denied)) throw error;
      },
    );
    return () => {
      here = false;
    };
  }, [api, wanted, visitor]);
  return users;
}

export function AppStep({ stage }: { stage: Extract<Stage, { is: 'app' }> }) {
  const phones = useNewPhones();
  const [app, setApp] = useState<AppName>('owntracks');
  return (
    <>
      {stage.thing !== undefined && (
        <p>{t`What was given to this phone before stops working as soon as the new code is made.`}</p>
      )}
      <AppChoice app={app} choose={setApp} />
      <div class="form-end">
        <ActButton primary words={t`Show the code`} act={() => phones.make(stage, app)} />
      </div>
    </>
  );
}

/** There is a phone of this name already. */
export function ExistsStep({ stage }: { stage: Extract<Stage, { is: 'exists' }> }) {
  const phones = useNewPhones();
  const { whose, thing } = stage;
  const { name } = whose;
  return (
    <>
      <p>{t`There is a phone of ${name} already. What would you like to do?`}</p>
      <div class="form-end choices">
        <button
          type="button"
          class="button primary"
          onClick={() => {
            phones.stage.value = { is: 'app', whose, another: true };
          }}
        >
          {t`Add one more phone of ${name}`}
        </button>
        <button
          type="button"
          class="button"
          onClick={() => {
            phones.stage.value = { is: 'app', whose, thing };
          }}
        >{t`Set that phone up again`}</button>
        <button
          type="button"
          class="button"
          onClick={() => {
            phones.stage.value = { is: 'who' };
          }}
        >{t`Choose another name`}</button>
      </div>
    </>
  );
}
