/** Adding a way to be told: a few plain fields, of which the address is made. It is never shown again. */
import { t } from '@lingui/core/macro';
import { useState } from 'preact/hooks';
import { CopyButton } from '../../ui/copy';
import { Dialog } from '../../ui/dialog';
import { Field } from '../../ui/field';
import { Form } from '../../ui/form';
import { addressOf, Misfilled } from './addresses';
import type { Fields } from './addresses';
import { ownWords } from './row';
import type { ChannelService, NewChannel } from './service';
import { wayHelp, wayTitle } from './words';
import type { AnyWay } from './words';
import { WayFields } from './wayfields';

export function AddWay({
  way,
  service,
  close,
}: {
  way: AnyWay;
  service: ChannelService;
  close(): void;
}) {
  const [secret, setSecret] = useState<string | null>(null);
  const [blamed, setBlamed] = useState(FIRST[way]);
  const title = wayTitle(way);
  if (secret !== null) {
    return (
      <Dialog title={title} close={close}>
        <Secret secret={secret} close={close} />
      </Dialog>
    );
  }
  return (
    <Dialog title={t`Be told by ${title}`} close={close}>
      <p class="said">{wayHelp(way)}</p>
      <Form
        button={t`Add it`}
        blame={{ malformed: blamed }}
        submit={async (value) => {
          let fields: NewChannel;
          try {
            fields = newChannel(way, value);
          } catch (error) {
            if (error instanceof Misfilled) setBlamed(error.field);
            throw error;
          }
          setBlamed(FIRST[way]);
          const told = await service.make(fields);
          if (told === null) close();
          else setSecret(told);
        }}
      >
        <WayFields way={way} />
        <Field
          name="name"
          label={t`What you call it`}
          value={title}
          maxLength={64}
          autocomplete="off"
        />
        {way !== 'mqtt' && (
          <p class="hint">
            {t`The server keeps this sealed and shows it to nobody again, not even to you.`}
          </p>
        )}
      </Form>
    </Dialog>
  );
}

/** The field that a refusal is about. */
const FIRST: Readonly<Record<AnyWay, string>> = {
  mail: 'server',
  ntfy: 'topic',
  telegram: 'token',
  matrix: 'room',
  webhook: 'address',
  mqtt: 'name',
  other: 'address',
};

function newChannel(way: AnyWay, value: Fields): NewChannel {
  const words = { name: value('name').trim(), ...ownWords() };
  if (way === 'mqtt') return { type: 'mqtt', ...words };
  if (way === 'webhook') return { type: 'webhook', ...words, address: value('address').trim() };
  return { type: 'address', ...words, address: addressOf(way, value) };
}

/** What a webhook's messages are signed with. */
function Secret({ secret, close }: { secret: string; close(): void }) {
  return (
    <div class="once">
      <p>{t`The receiver checks the messages by this secret. It is shown this once.`}</p>
      <pre tabIndex={0} data-once>
        {secret}
      </pre>
      <div class="form-end">
        <CopyButton text={secret} label={t`Copy the secret`} words={t`Copy the secret`} />
        <button type="button" class="button primary" onClick={close}>{t`Done`}</button>
      </div>
    </div>
  );
}
