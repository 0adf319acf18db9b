/** The dialogue that makes an invitation: what it carries, and then its link, shown once. */
import { t } from '@lingui/core/macro';
import { useState } from 'preact/hooks';
import { useServer, useTime } from '../app/context';
import type { Reply } from '../net/api';
import { Dialog } from '../ui/dialog';
import { Field, Select } from '../ui/field';
import { Form } from '../ui/form';
import type { Given } from './choices';
import { below, LinkReady } from './linkready';
import { PhoneChoice } from './phonechoice';
import type { Phone } from './phonechoice';
import { Rights, RightsText } from './rights';
import { whenText } from './wording';

const NOTHING: Given = { role: 'viewer', see: [], drive: [], own: [] };

interface Made {
  readonly name: string;
  readonly given: Given;
  readonly link: Reply<'POST /invitations'>;
}

export function Invite({ close }: { close(): void }) {
  const [made, setMade] = useState<Made | null>(null);
  const name = made?.name ?? '';
  return (
    <Dialog title={made === null ? t`Invite somebody` : t`Invitation for ${name}`} close={close}>
      {made === null ? (
        <NewInvitation done={setMade} />
      ) : (
        <Ready
          made={made}
          more={() => {
            setMade(null);
          }}
        />
      )}
    </Dialog>
  );
}

function NewInvitation({ done }: { done(made: Made): void }) {
  const { api } = useServer();
  const [given, setGiven] = useState<Given>(NOTHING);
  const [phone, setPhone] = useState<Phone>('adds');
  const whole = { ...given, own: typeof phone === 'string' ? [] : [phone.grant] };
  return (
    <Form
      button={t`Make the link`}
      blame={{ malformed: 'name' }}
      submit={async (value) => {
        const name = value('name').trim();
        const link = await api.post('invitations', {
          name,
          ...whole,
          adds_phone: phone === 'adds',
          days: Number(value('days')),
        });
        done({ name, given: whole, link });
      }}
    >
      <p class="said">{t`You get a link to send. Whoever opens it first chooses a name and a password, and sees what you tick here.`}</p>
      <Field
        name="name"
        label={t`Who is it for?`}
        hint={t`For you, to know the invitation by. They choose their own name.`}
        autocomplete="off"
        maxLength={64}
        focus
      />
      <Rights given={given} change={setGiven} own={false} />
      <PhoneChoice phone={phone} change={setPhone} />
      <Select
        name="days"
        label={t`The link is good for`}
        value="7"
        options={[
          ['1', t`a day`],
          ['3', t`three days`],
          ['7', t`a week`],
          ['30', t`a month`],
        ]}
      />
    </Form>
  );
}

function Ready({ made, more }: { made: Made; more(): void }) {
  const { now } = useTime();
  const { link, name, given } = made;
  const until = whenText(link.ends, now.value);
  return (
    <LinkReady
      url={below(link.url)}
      reach={link.reach}
      text={t`Come and see where we are: open this link and choose a name and a password.`}
      end={<button type="button" class="button" onClick={more}>{t`Invite another`}</button>}
    >
      <p>{t`Send this link to ${name}, or let their phone read the code. It is shown this once, and good once, until ${until}.`}</p>
      <RightsText given={given} />
    </LinkReady>
  );
}
