/** Invitations and links for a new password: those that are open, and what became of the others. */
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
import type { Loaded } from './loaded';

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
      return 'Open';
    case 'used':
      return 'Used';
    case 'ended':
      return 'Ended';
    case 'revoked':
      return 'Withdrawn';
  }
}

export function InvitationsCard({ loaded }: { loaded: Loaded<Invitations> }) {
  const { value, failure, again } = loaded;
  const open = (each: Invitation) => (each.state === 'open' ? 0 : 1);
  const found = [...(value ?? [])].sort((a, b) => open(a) - open(b));
  return (
    <Card
      name="Invitations"
      aside={<InviteButton kind="button primary" left={() => void again()} />}
    >
      <Trouble failure={failure} />
      {value?.length === 0 && (
        <p class="note">
          Nobody is invited just now. An invitation is a link by which one person chooses a name and
          a password.
        </p>
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
          {account === '' ? rightsText(invitation, entries) : 'Chooses a new password'}
        </span>
        <span class="muted">
          {owner === '' ? (
            `Made on the command line, until ${whenText(ends, now.value)}`
          ) : (
            <>
              By <Person account={owner} />, until {whenText(ends, now.value)}
            </>
          )}
        </span>
      </span>
      {state === 'open' && (
        <Sure
          words="Withdraw"
          sure="Yes, withdraw"
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
