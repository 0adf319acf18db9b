/** Changing one's own password. */
import { t } from '@lingui/core/macro';
import { useState } from 'preact/hooks';
import { useServer } from '../app/context';
import { Form } from '../ui/form';
import { Field } from '../ui/field';
import { Card } from '../ui/section';
import { endTokens, EndTokens } from './endtokens';
import { NewPassword } from './newpassword';

export function PasswordCard({ name }: { name: string }) {
  const { api } = useServer();
  const [done, setDone] = useState(false);
  return (
    <Card name={t`Password`}>
      <Form
        button={t`Change the password`}
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
          label={t`Present password`}
          type="password"
          autocomplete="current-password"
          maxLength={256}
        />
        <NewPassword name="new" label={t`New password`} />
        <EndTokens
          about={t`Programs and phones that use one stop working until they get another.`}
        />
      </Form>
      <p class="good" role="status">
        {done ? t`Changed. You are signed out everywhere else.` : ''}
      </p>
    </Card>
  );
}
