/** One's own passkeys: added, called something, removed. */
import { t } from '@lingui/core/macro';
import { KeyRound } from 'lucide';
import { useState } from 'preact/hooks';
import { useServer, useTime } from '../app/context';
import { ActButton, Sure } from '../ui/actbutton';
import { Dialog } from '../ui/dialog';
import { Field } from '../ui/field';
import { Form } from '../ui/form';
import { Icon } from '../ui/icon';
import type { Confirmed } from './confirmation';
import type { Factors } from './factors';
import { knowsPasskeys, makePasskey } from './webauthn';
import { browserName } from '../ui/browsername';
import { whenText } from './wording';

type Passkey = Factors['passkeys'][number];

export function MyPasskeys({
  factors,
  again,
  confirmed,
}: {
  factors: Factors;
  again: () => Promise<void>;
  confirmed: Confirmed;
}) {
  const { api } = useServer();
  const [renamed, setRenamed] = useState<Passkey | null>(null);
  const why = whyNot(factors);
  const add = () =>
    confirmed(async (given) => {
      const asked = await api.post('me/passkeys/challenge', given);
      const passkey = await makePasskey(asked);
      await api.post('me/passkeys', { name: browserName(navigator.userAgent), passkey });
      await again();
    });
  return (
    <>
      <h3>{t`Passkeys`}</h3>
      <p class="said">{t`Sign in by fingerprint, face or the code of your screen lock, without a name and a password.`}</p>
      <ul class="list">
        {factors.passkeys.map((each) => (
          <PasskeyRow
            key={each.id}
            passkey={each}
            rename={() => {
              setRenamed(each);
            }}
            remove={async () => {
              await api.del('me/passkeys/{id}', { id: each.id });
              await again();
            }}
          />
        ))}
      </ul>
      {why === '' ? (
        <ActButton words={t`Add a passkey`} act={add} />
      ) : (
        <p class="note" data-why-no-passkeys>
          {why}
        </p>
      )}
      {renamed && (
        <Rename
          passkey={renamed}
          again={again}
          close={() => {
            setRenamed(null);
          }}
        />
      )}
    </>
  );
}

/** Why no passkey can be made on this page; empty: one can. */
function whyNot(factors: Factors): string {
  if (factors.why_no_passkeys !== '') return factors.why_no_passkeys;
  return knowsPasskeys() ? '' : t`This browser knows no passkeys.`;
}

function PasskeyRow({
  passkey,
  rename,
  remove,
}: {
  passkey: Passkey;
  rename(): void;
  remove(): Promise<void>;
}) {
  const { now } = useTime();
  const created = whenText(passkey.created, now.value);
  const used = passkey.used === undefined ? '' : whenText(passkey.used, now.value);
  const elsewhere = passkey.at === location.hostname ? '' : passkey.at;
  return (
    <li data-passkey={passkey.id}>
      <Icon of={KeyRound} size={18} />
      <span class="list-in">
        <b>
          {passkey.name}
          {passkey.synced && <span class="tag">{t`On several devices`}</span>}
        </b>
        <span class="muted">
          {[
            elsewhere === '' ? '' : t`for ${elsewhere}`,
            used === '' ? t`never used` : t`last used ${used}`,
            t`made ${created}`,
          ]
            .filter(Boolean)
            .join(' · ')}
        </span>
      </span>
      <button
        type="button"
        class="button quiet"
        aria-label={renameText(passkey.name)}
        onClick={rename}
      >
        {t`Rename`}
      </button>
      <Sure words={t`Remove`} sure={t`Yes, remove`} label={passkey.name} act={remove} />
    </li>
  );
}

function renameText(name: string): string {
  return t`Rename ${name}`;
}

function Rename({
  passkey,
  again,
  close,
}: {
  passkey: Passkey;
  again: () => Promise<void>;
  close(): void;
}) {
  const { api } = useServer();
  return (
    <Dialog title={t`Rename the passkey`} close={close}>
      <Form
        button={t`Save`}
        blame={{ malformed: 'name' }}
        submit={async (value) => {
          await api.patch('me/passkeys/{id}', { id: passkey.id }, { name: value('name') });
          await again();
          close();
        }}
      >
        <Field
          name="name"
          label={t`Name`}
          hint={t`Where it is: “my phone”, “the blue key”`}
          autocomplete="off"
          maxLength={64}
          value={passkey.name}
          focus
        />
      </Form>
    </Dialog>
  );
}
