/** A new password, written twice. */
import { t } from '@lingui/core/macro';
import { Field } from '../ui/field';

export function NewPassword({
  name = 'password',
  label = t`Password`,
}: {
  name?: string;
  label?: string;
}) {
  return (
    <Field
      name={name}
      label={label}
      type="password"
      autocomplete="new-password"
      minLength={8}
      maxLength={256}
      hint={t`At least 8 characters; 15 are better. A few unusual words do well.`}
    />
  );
}
