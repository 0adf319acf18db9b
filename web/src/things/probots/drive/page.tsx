/** The drive page of one robot: pad, what is sent and what comes back, charts, limits, log. */
import { t } from '@lingui/core/macro';
import { ChevronLeft } from 'lucide';
import { useLive, useNavigation, useServer, useThing, useWho } from '../../../app/context';
import { keyOf, splitKey } from '../../../app/world';
import type { Key } from '../../../app/world';
import { usePast } from '../../../past/context';
import { Icon } from '../../../ui/icon';
import { readBroker } from '../../broker/read';
import { Status } from '../../server/status';
import { readProBot } from '../read';
import { AdminCard } from './admin';
import { Alarms } from './alarms';
import { BatteryCard } from './battery';
import { LatencyCard } from './latency';
import { LimitsCard } from './limits';
import { CommandLog } from './log';
import { PadCard } from './padcard';
import { readGuard, readLease } from './read';
import { obstacle } from './robotstate';
import { may } from './roles';
import { StateCard } from './statecard';
import { StopButton } from './stop';
import { useStoredHours } from './storedhours';
import { Strip } from './strip';
import type { ProBot } from '../read';

export function DrivePage({ of }: { of: Key }) {
  const { ready } = useLive();
  const { connection } = useServer();
  const { user } = useWho();
  const { choose } = useNavigation();
  const past = usePast();
  const [, id] = splitKey(of);
  const thing = useThing(of);
  const leaseThing = useThing(keyOf('lease', id));
  const robot = thing && readProBot(thing);
  const guardThing = useThing(keyOf('guard', robot?.source ?? 'main'));
  const brokerThing = useThing(keyOf('broker', robot?.source ?? 'main'));
  const lease = leaseThing && readLease(leaseThing);
  const guard = guardThing && readGuard(guardThing);
  const situation = {
    lease,
    guard,
    broker: brokerThing && readBroker(brokerThing),
    live: connection.value.state === 'live',
    polling: connection.value.state === 'live' && connection.value.polling === true,
    past: past.past.value,
  };
  const inTheWay = robot ? obstacle({ ...situation, robot }) : null;
  const stored = useStoredHours(id, robot?.source ?? 'main');
  return (
    <main id="content" class="section robots drive" tabIndex={-1} data-drive={of}>
      <div class="section-in">
        <DriveHead choose={choose} robot={robot} id={id} of={of} />
        <Alarms />
        {robot ? (
          <div class="drive-grid">
            <PadCard robot={robot} lease={lease} guard={guard} inTheWay={inTheWay} />
            <LatencyCard robot={robot} stored={stored} />
            <BatteryCard robot={robot} stored={stored} />
            <div class="column">
              <LimitsCard />
              {may(user.value.role, 'shutdown') && (
                <AdminCard
                  robot={robot}
                  reachable={robot.presence !== 'offline' && !past.past.value}
                />
              )}
            </div>
            <div class="column">
              <StateCard robot={robot} lease={lease} guard={guard} />
              <CommandLog robot={id} />
            </div>
          </div>
        ) : (
          <div class="empty card">
            <h2>
              {ready.value ? t`There is no ${id} just now` : t`Waiting for the first picture …`}
            </h2>
          </div>
        )}
      </div>
    </main>
  );
}

function DriveHead({
  choose,
  robot,
  id,
  of,
}: {
  choose: (robot: Key | null) => void;
  robot: ProBot | undefined;
  id: string;
  of: string;
}) {
  return (
    <header class="top">
      <button
        type="button"
        class="icon-button back"
        aria-label={t`All robots`}
        onClick={() => {
          choose(null);
        }}
      >
        <Icon of={ChevronLeft} size={22} />
      </button>
      <h1>{robot?.name ?? id}</h1>
      <Strip of={of} />
      <Status />
      <StopButton name={robot?.name ?? id} />
    </header>
  );
}
