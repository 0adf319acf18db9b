/** Making an account. */
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
            const fields = { name: value('name'), password, ...given };
            const { name } = (await api.post('users', fields)).user;
            setMade({ name, password });
          }}
        >
          <Field
            name="name"
            label="Name"
            hint="Any person’s name. To sign in, capitals make no difference."
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
