/** Where one is signed in. */
import { t } from '@lingui/core/macro';
import { MonitorSmartphone } from 'lucide';
import { useServer, useTime, useWho } from '../app/context';
import { ActButton, Sure } from '../ui/actbutton';
import { Icon } from '../ui/icon';
import { Card } from '../ui/section';
import { useLoaded } from './loader';
import { forgetPlace } from './menu';
import { Trouble } from './once';
import { browserName } from '../ui/browsername';
import { whenText } from './wording';
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
      name={t`Signed in`}
      aside={
        sessions &&
        sessions.length > 1 && (
          <Sure
            words={t`End all others`}
            sure={t`Yes, end all others`}
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
  const since = whenText(session.created, now);
  const seen = whenText(session.seen, now);
  const used = now - session.seen < 120 ? t`now` : t`last used ${seen}`;
  return (
    <li data-session={session.here ? 'here' : 'elsewhere'}>
      <Icon of={MonitorSmartphone} size={18} />
      <span class="list-in">
        <b title={session.agent}>
          {browserName(session.agent)}
          {session.here && <span class="tag">{t`This one`}</span>}
        </b>
        <span class="muted">
          {[session.address, used, t`since ${since}`].filter(Boolean).join(' · ')}
        </span>
      </span>
      <ActButton words={session.here ? t`Sign out` : t`End`} act={end} />
    </li>
  );
}
