/** The second factor of one's own account: an app that shows codes, and recovery codes. */
import { plural, t } from '@lingui/core/macro';
import { useState } from 'preact/hooks';
import { useServer, useTime } from '../app/context';
import type { Reply } from '../net/api';
import { ActButton, Sure } from '../ui/actbutton';
import { Dialog } from '../ui/dialog';
import { AppSetup } from './appsetup';
import type { Confirmed } from './confirmation';
import { RecoveryCodes } from './recoverycodes';
import type { Factors } from './factors';
import { whenText } from './wording';

type NewApp = Reply<'POST /me/app/begin'>;

export function MyApp({
  factors,
  again,
  confirmed,
}: {
  factors: Factors;
  again: () => Promise<void>;
  confirmed: Confirmed;
}) {
  const { api } = useServer();
  const [made, setMade] = useState<NewApp | null>(null);
  const [codes, setCodes] = useState<readonly string[] | null>(null);
  const close = () => {
    setMade(null);
    setCodes(null);
    void again();
  };
  const begin = () =>
    confirmed(async (given) => {
      setMade(await api.post('me/app/begin', given));
    });
  return (
    <>
      <h3>{t`A code besides the password`}</h3>
      <p class="said">
        <State factors={factors} />
      </p>
      {factors.app === undefined ? (
        <ActButton words={t`Set it up`} act={begin} />
      ) : (
        <div class="form-end">
          <ActButton
            words={t`New recovery codes`}
            act={() =>
              confirmed(async (given) => {
                setCodes((await api.post('me/recovery', given)).codes);
              })
            }
          />
          <ActButton words={t`Another app`} act={begin} />
          <Sure
            words={t`Turn off`}
            sure={t`Yes, turn it off`}
            act={() =>
              confirmed(async (given) => {
                await api.post('me/app/off', given);
                await again();
              })
            }
          />
        </div>
      )}
      {codes !== null ? (
        <Dialog title={t`Recovery codes`} close={close}>
          <RecoveryCodes codes={codes} close={close} />
        </Dialog>
      ) : (
        made && (
          <Dialog title={t`A code besides the password`} close={close}>
            <AppSetup
              made={made}
              submit={async (code) => {
                setCodes((await api.post('me/app', { sealed: made.sealed, code })).codes);
              }}
            />
          </Dialog>
        )
      )}
    </>
  );
}

/** Whether it is on, and what is left. */
function State({ factors }: { factors: Factors }) {
  const { now } = useTime();
  if (factors.app === undefined) {
    return factors.demanded
      ? t`Your role needs more than a password: a passkey, or the code of an app on your phone.`
      : t`After the password, an app on your phone shows a code to type. Whoever learns your password does not come in by it.`;
  }
  const since = whenText(factors.app, now.value);
  const left = plural(factors.recovery, {
    one: '# recovery code is left.',
    other: '# recovery codes are left.',
  });
  return factors.recovery < 4
    ? t`On since ${since}. ${left} Make new ones.`
    : t`On since ${since}. ${left}`;
}
