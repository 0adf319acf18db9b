/** A link by which somebody chooses a new password. */
import { t } from '@lingui/core/macro';
import { useState } from 'preact/hooks';
import { useServer, useTime } from '../app/context';
import type { Reply } from '../net/api';
import { Select } from '../ui/field';
import { Form } from '../ui/form';
import { below, LinkReady } from './linkready';
import { whenText } from './wording';
import type { Account } from './wording';

export function ResetLink({ user, close }: { user: Account; close(): void }) {
  const { api } = useServer();
  const { now } = useTime();
  const [made, setMade] = useState<Reply<'POST /users/{name}/reset'> | null>(null);
  const name = user.display || user.name;
  if (made !== null) {
    const until = whenText(made.ends, now.value);
    return (
      <LinkReady
        url={below(made.url)}
        reach={made.reach}
        text={t`Open this link and choose a new password.`}
        end={<button type="button" class="button" onClick={close}>{t`Done`}</button>}
      >
        <p>{t`Send this link to ${name}. It is shown this once, and good once, until ${until}. The password of before works until then.`}</p>
      </LinkReady>
    );
  }
  return (
    <Form
      button={t`Make the link`}
      submit={async (value) => {
        const days = Number(value('days'));
        setMade(await api.post('users/{name}/reset', { name: user.name }, { days }));
      }}
    >
      <p>{t`${name} chooses a new password by a link that you send. Nobody else gets to know it.`}</p>
      <Select
        name="days"
        label={t`The link is good for`}
        value="1"
        options={[
          ['1', t`a day`],
          ['3', t`three days`],
          ['7', t`a week`],
        ]}
      />
    </Form>
  );
}
