/** Invitations and links for a new password: those that are open, and what became of the others. */
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useServer, useTime } from '../app/context';
import { Person } from '../app/people';
import type { Reply } from '../net/api';
import { useRoster } from '../things/context';
import { Sure } from '../ui/actbutton';
import { Card } from '../ui/section';
import { rightsText } from './choices';
import { InviteButton } from './invite';
import { Trouble } from './once';
import { whenText } from './wording';
import type { Loaded } from './loader';

type Invitations = Reply<'GET /invitations'>['invitations'];
type Invitation = Invitations[number];

const TONES: Readonly<Record<Invitation['state'], string>> = {
  open: 'ok',
  used: 'off',
  ended: 'off',
  revoked: 'off',
};

function stateText(state: Invitation['state']): string {
  switch (state) {
    case 'open':
      return t`Open`;
    case 'used':
      return t`Used`;
    case 'ended':
      return t`Ended`;
    case 'revoked':
      return t`Withdrawn`;
  }
}

export function InvitationsCard({ loaded }: { loaded: Loaded<Invitations> }) {
  const { value, failure, again } = loaded;
  const open = (each: Invitation) => (each.state === 'open' ? 0 : 1);
  const found = [...(value ?? [])].sort((a, b) => open(a) - open(b));
  return (
    <Card
      name={t`Invitations`}
      aside={<InviteButton class="button primary" left={() => void again()} />}
    >
      <Trouble failure={failure} />
      {value?.length === 0 && (
        <p class="note">{t`Nobody is invited just now. An invitation is a link by which one person chooses a name and a password.`}</p>
      )}
      <ul class="list">
        {found.map((each) => (
          <Row key={each.id} invitation={each} again={again} />
        ))}
      </ul>
    </Card>
  );
}

function Row({ invitation, again }: { invitation: Invitation; again(): Promise<void> }) {
  const { now } = useTime();
  const { api } = useServer();
  const { entries } = useRoster();
  const { id, name, state, account, owner, ends } = invitation;
  const until = whenText(ends, now.value);
  return (
    <li data-invitation={state}>
      <span class="list-in">
        <b>
          {name}
          <span class="pill" data-tone={TONES[state]}>
            <i />
            {stateText(state)}
          </span>
        </b>
        <span class="muted">
          {account === '' ? rightsText(invitation, entries) : t`Chooses a new password`}
        </span>
        <span class="muted">
          {owner === '' ? (
            t`Made on the command line, until ${until}`
          ) : (
            <Trans>
              By <Person account={owner} />, until {until}
            </Trans>
          )}
        </span>
      </span>
      {state === 'open' && (
        <Sure
          words={t`Withdraw`}
          sure={t`Yes, withdraw`}
          label={name}
          act={async () => {
            await api.del('invitations/{id}', { id });
            await again();
          }}
        />
      )}
    </li>
  );
}
