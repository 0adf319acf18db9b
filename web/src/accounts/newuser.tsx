/** Making an account. */
import { t } from '@lingui/core/macro';
import { useState } from 'preact/hooks';
import { useServer } from '../app/context';
import { Dialog } from '../ui/dialog';
import { Form } from '../ui/form';
import { Field } from '../ui/field';
import { FirstPassword } from './firstpassword';
import { Once } from './once';
import { Rights } from './rights';
import type { Given } from './rights';

export function NewUser({ close }: { close(): void }) {
  const { api } = useServer();
  const [given, setGiven] = useState<Given>({ role: 'viewer', see: [], drive: [], own: [] });
  const [made, setMade] = useState<{ name: string; password: string } | null>(null);
  const { name = '', password = '' } = made ?? {};
  return (
    <Dialog title={made ? t`${name} can sign in` : t`New user`} close={close}>
      {made ? (
        <Once
          text={[
            location.origin + location.pathname,
            t`Name: ${name}`,
            t`Password: ${password}`,
          ].join('\n')}
          words={t`Copy`}
          about={t`Hand this over safely. The password is shown this once, and can be changed under “My account”.`}
          close={close}
        />
      ) : (
        <Form
          button={t`Make the account`}
          blame={{ taken: 'name', malformed: 'name', weak: 'password' }}
          submit={async (value) => {
            const password = value('password');
            const fields = { name: value('name'), password, ...given };
            const { name } = (await api.post('users', fields)).user;
            setMade({ name, password });
          }}
        >
          <Field
            name="name"
            label={t`Name`}
            hint={t`Any person’s name. To sign in, capitals make no difference.`}
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
