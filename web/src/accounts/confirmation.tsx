/** Acts for which an older session is asked for the password once more. */
import { t } from '@lingui/core/macro';
import { useState } from 'preact/hooks';
import type { ComponentChildren } from 'preact';
import { Denied } from '../net/api';
import { Dialog } from '../ui/dialog';
import { Field } from '../ui/field';
import { Form } from '../ui/form';

/** What goes along with a call that may need the password. */
export interface Given {
  readonly password?: string;
}

export type Confirmed = (act: (given: Given) => Promise<void>) => Promise<void>;

/** `confirmed` does an act, and asks for the password if the server wants it; `asking` is shown. */
export function useConfirmed(hasPassword: boolean): {
  confirmed: Confirmed;
  asking: ComponentChildren;
} {
  const [act, setAct] = useState<{ readonly go: (given: Given) => Promise<void> } | null>(null);
  const close = () => {
    setAct(null);
  };
  return {
    confirmed: async (go) => {
      try {
        await go({});
      } catch (error) {
        if (!(error instanceof Denied) || error.code !== 'confirm' || !hasPassword) throw error;
        setAct({ go });
      }
    },
    asking: act && (
      <Dialog title={t`Is it you?`} close={close}>
        <Form
          button={t`Go on`}
          blame={{ wrong: 'password' }}
          submit={async (value) => {
            await act.go({ password: value('password') });
            close();
          }}
        >
          <p>{t`You have been signed in for a while. Please give your password once more.`}</p>
          <Field
            name="password"
            label={t`Password`}
            type="password"
            autocomplete="current-password"
            maxLength={256}
            focus
          />
        </Form>
      </Dialog>
    ),
  };
}
