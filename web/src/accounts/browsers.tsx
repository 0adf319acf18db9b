/** Where one is signed in. */
import { MonitorSmartphone } from 'lucide';
import { useServer, useTime, useWho } from '../app/context';
import { ActButton, Sure } from '../ui/actbutton';
import { Icon } from '../ui/icon';
import { Card } from '../ui/section';
import { useLoaded } from './loaded';
import { forgetPlace } from './menu';
import { Trouble } from './once';
import { browserName, whenText } from './wording';
import type { Session } from './wording';

export function Browsers() {
  const { now } = useTime();
  const { api } = useServer();
  const { session } = useWho();
  const {
    value: sessions,
    failure,
    again,
  } = useLoaded(async () => (await api.get('sessions')).sessions);
  return (
    <Card
      name="Signed in"
      aside={
        sessions &&
        sessions.length > 1 && (
          <Sure
            words="End all others"
            sure="Yes, end all others"
            act={async () => {
              await api.del('sessions/others');
              await again();
            }}
          />
        )
      }
    >
      <Trouble failure={failure} />
      <ul class="list">
        {sessions?.map((each) => (
          <SessionRow
            key={each.id}
            session={each}
            now={now.value}
            end={async () => {
              if (each.here) {
                await session?.signOut();
                forgetPlace();
              } else {
                await api.del('sessions/{id}', { id: each.id });
                await again();
              }
            }}
          />
        ))}
      </ul>
    </Card>
  );
}

export function SessionRow({
  session,
  now,
  end,
}: {
  session: Session;
  now: number;
  end(): Promise<void>;
}) {
  return (
    <li data-session={session.here ? 'here' : 'elsewhere'}>
      <Icon of={MonitorSmartphone} size={18} />
      <span class="list-in">
        <b title={session.agent}>
          {browserName(session.agent)}
          {session.here && <span class="tag">This one</span>}
        </b>
        <span class="muted">
          {session.address}
          {session.address === '' ? '' : ' · '}
          {now - session.seen < 120 ? 'now' : `last used ${whenText(session.seen, now)}`} · since{' '}
          {whenText(session.created, now)}
        </span>
      </span>
      <ActButton words={session.here ? 'Sign out' : 'End'} act={end} />
    </li>
  );
}
