/** A new password, written twice. */
import { Field } from '../ui/field';

export function NewPassword({
  name = 'password',
  label = 'Password',
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
      hint="At least 8 characters; 15 are better. A few unusual words do well."
    />
  );
}
