/** Where else an account can be signed in to: shown, linked and unlinked. */
import { t } from '@lingui/core/macro';
import { useServer, useTime, useWho } from '../app/context';
import { WaysIn } from '../app/waysin';
import type { IdentityShown } from '../generated';
import type { Read } from '../net/shape';
import { ActButton, Sure } from '../ui/actbutton';
import { Field, Select } from '../ui/field';
import { Form } from '../ui/form';
import { Card } from '../ui/section';
import { useLoaded } from './loader';
import { Trouble } from './once';
import { whenText } from './wording';

/** One's own: nothing is shown where no provider is set and nothing is linked. */
export function IdentitiesCard() {
  const { api } = useServer();
  const { value, failure, again } = useLoaded(async () => api.get('identities'));
  const ways = new WaysIn(api);
  const linked = new Set(value?.identities.map(({ provider }) => provider));
  const unlinked = (value?.providers ?? []).filter(({ label }) => !linked.has(label));
  if (value && value.providers.length + value.identities.length === 0) return null;
  return (
    <Card name={t`Sign-in elsewhere`}>
      <Trouble failure={failure} />
      <p class="said">{t`Link your account with a sign-in that you have anyway. Then you come in here by it, on every device.`}</p>
      <IdentityList
        identities={value?.identities}
        unlink={async (id) => {
          await api.del('identities/{id}', { id });
          await again();
        }}
      />
      <div class="form-end">
        {unlinked.map(({ name, label }) => (
          <ActButton
            key={name}
            words={t`Link with ${label}`}
            act={async () => {
              location.assign(await ways.link(name));
            }}
          />
        ))}
      </div>
    </Card>
  );
}

/** Somebody's, for admins: who they are at a provider can be named by hand. */
export function UserIdentities({ name }: { name: string }) {
  const { api } = useServer();
  const { visitor } = useWho();
  const { value, failure, again } = useLoaded(
    async () => api.get('users/{name}/identities', { name }),
    name,
  );
  if (!value || value.providers.length + value.identities.length === 0) {
    return <Trouble failure={failure} />;
  }
  return (
    <>
      <h3>{t`Sign-in elsewhere`}</h3>
      <IdentityList
        identities={value.identities}
        unlink={async (id) => {
          await api.del('identities/{id}', { id });
          await again();
        }}
      />
      {value.providers.length > 0 && visitor.role === 'admin' && (
        <Form
          button={t`Link`}
          blame={{ linked: 'subject', malformed: 'subject' }}
          submit={async (field, form) => {
            const [provider, subject] = [field('provider'), field('subject').trim()];
            await api.post('users/{name}/identities', { name }, { provider, subject });
            form.reset();
            await again();
          }}
        >
          <Select
            name="provider"
            label={t`Where`}
            options={value.providers.map((each) => [each.name, each.label] as const)}
          />
          <Field
            name="subject"
            label={t`Known there as`}
            hint={t`The mark by which the service knows them. After a try that was refused it stands in the audit log, behind “subject”.`}
            autocomplete="off"
            maxLength={255}
          />
        </Form>
      )}
    </>
  );
}

function IdentityList({
  identities,
  unlink,
}: {
  identities: readonly Read<IdentityShown>[] | undefined;
  unlink(id: string): Promise<void>;
}) {
  const { now } = useTime();
  if (!identities || identities.length === 0) return null;
  return (
    <ul class="list">
      {identities.map((each) => (
        <li key={each.id} data-identity={each.provider}>
          <span class="list-in">
            <b>{each.provider}</b>
            <span class="muted">
              {each.called} ·{' '}
              {each.used === undefined ? t`never used` : usedText(whenText(each.used, now.value))}
            </span>
          </span>
          <Sure
            words={t`Unlink`}
            sure={t`Yes, unlink`}
            label={each.provider}
            act={() => unlink(each.id)}
          />
        </li>
      ))}
    </ul>
  );
}

function usedText(when: string): string {
  return t`last used ${when}`;
}
