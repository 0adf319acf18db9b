/** A password for somebody else, suggested by the browser. */
import { t } from '@lingui/core/macro';
import { useState } from 'preact/hooks';
import { Field } from '../ui/field';
import { newPassword } from './wording';

/** A good password is there already; it can be another. */
export function FirstPassword() {
  const [suggested] = useState(newPassword);
  return (
    <Field
      name="password"
      label={t`Password`}
      hint={t`Suggested by this browser; write another if you like.`}
      value={suggested}
      autocomplete="off"
      minLength={8}
      maxLength={256}
    />
  );
}
