/** A telephone number: one's own, or somebody's whose account an admin looks after. */
import { t } from '@lingui/core/macro';
import { useState } from 'preact/hooks';
import { useServer } from '../app/context';
import { Field } from '../ui/field';
import { Form } from '../ui/form';
import { Card } from '../ui/section';
import { useLoaded } from './loader';
import { Trouble } from './once';

export function TelephoneCard() {
  const { api } = useServer();
  const { value, failure } = useLoaded(async () => (await api.get('telephones')).own, '');
  return (
    <Card name={t`Telephone`}>
      <p class="said">{t`Those who may see where you are can call you from an alert about you. Nobody else is shown the number, and no shared link has it.`}</p>
      <Trouble failure={failure} />
      {value !== undefined && (
        <TelephoneForm
          number={value}
          save={async (telephone) => {
            await api.put('me/telephone', { telephone });
            return (await api.get('telephones')).own;
          }}
        />
      )}
    </Card>
  );
}

export function TelephoneForm({
  number,
  save,
}: {
  number: string;
  /** Keep a number; empty: none. Gives it as it is kept. */
  save(telephone: string): Promise<string>;
}) {
  const [said, setSaid] = useState('');
  return (
    <>
      <Form
        button={t`Save the number`}
        blame={{ malformed: 'telephone' }}
        submit={async (value, form) => {
          setSaid('');
          const kept = await save(value('telephone').trim());
          const field = form.elements.namedItem('telephone');
          if (field instanceof HTMLInputElement) field.value = kept;
          setSaid(kept === '' ? t`There is no number any more.` : t`Saved: ${kept}`);
        }}
      >
        <Field
          name="telephone"
          type="tel"
          label={t`Telephone number`}
          hint={t`With + and the code of the country, as +49 170 1234567. Leave it empty for none.`}
          autocomplete="tel"
          required={false}
          maxLength={40}
          value={number}
        />
      </Form>
      <p class="good" role="status">
        {said}
      </p>
    </>
  );
}
