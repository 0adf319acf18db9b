/** Setting an authenticator app up: a code to read off the screen, and the first code it shows. */
import { t } from '@lingui/core/macro';
import type { Reply } from '../net/api';
import { CopyButton } from '../ui/copy';
import { Field } from '../ui/field';
import { Form } from '../ui/form';
import { QrCode } from '../ui/qrcode';
import './waysin.css';

export function AppSetup({
  made,
  submit,
}: {
  made: Reply<'POST /me/app/begin'>;
  submit(code: string): Promise<void>;
}) {
  return (
    <div class="app-setup">
      <ol>
        <li>{t`Open an authenticator app on your phone. Any will do, for example Aegis, 2FAS, Google Authenticator, or the phone’s own passwords.`}</li>
        <li>
          {t`Let it read this code, or type the key below.`}
          <QrCode text={made.address} />
          <p class="app-key">
            <code data-key>{made.secret.replace(/(.{4})(?=.)/g, '$1 ')}</code>
            <CopyButton text={made.secret} label={t`Copy the key`} />
          </p>
          {matchMedia('(pointer: coarse)').matches && (
            <a class="button" href={made.address}>{t`The app is on this phone`}</a>
          )}
        </li>
        <li>{t`Type the six digits that it shows now.`}</li>
      </ol>
      <Form
        button={t`Turn it on`}
        blame={{ wrong_code: 'code' }}
        submit={(value) => submit(value('code'))}
      >
        <Field
          name="code"
          label={t`Code`}
          autocomplete="one-time-code"
          inputMode="numeric"
          maxLength={12}
        />
      </Form>
    </div>
  );
}
