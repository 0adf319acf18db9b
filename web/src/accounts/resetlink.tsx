/** A link by which somebody chooses a new password. */
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
    return (
      <LinkReady
        url={below(made.url)}
        reach={made.reach}
        text="Open this link and choose a new password."
        end={
          <button type="button" class="button" onClick={close}>
            Done
          </button>
        }
      >
        <p>{`Send this link to ${name}. It is shown this once, and good once, until ${whenText(made.ends, now.value)}. The password of before works until then.`}</p>
      </LinkReady>
    );
  }
  return (
    <Form
      button="Make the link"
      submit={async (value) => {
        const days = Number(value('days'));
        setMade(await api.post('users/{name}/reset', { name: user.name }, { days }));
      }}
    >
      <p>{`${name} chooses a new password by a link that you send. Nobody else gets to know it.`}</p>
      <Select
        name="days"
        label="The link is good for"
        value="1"
        options={[
          ['1', 'a day'],
          ['3', 'three days'],
          ['7', 'a week'],
        ]}
      />
    </Form>
  );
}
