/** How the broker is: the figures that matter, over time; who is busy; our own state beside it. */
import { t } from '@lingui/core/macro';
import { useKind } from '../../app/context';
import { keyOf } from '../../app/world';
import { useFigures } from '../../things/broker/figures';
import type { Broker } from '../../things/broker/read';
import { readServer } from '../../things/server/read';
import { Card } from '../../ui/section';
import { BusiestCard } from './busiest';
import { CertificateAlarm } from './certificate';
import { DevicesCard } from './devices';
import { NAMES } from './figurenames';
import { LogGlance } from './glance';
import { HistoryCard } from './history';
import { Kpis } from './kpis';
import { LinkCard } from './link';
import { QuarantineCard, RejectedCard } from './rejections';
import { FiguresCard, NoFigures } from './sys';
import { SightlineCard } from './telemetry';

export function Overview({
  brokers,
  broker,
}: {
  brokers: readonly Broker[];
  broker: Broker | undefined;
}) {
  const serverThing = useKind('server')[0];
  const server = serverThing && readServer(serverThing);
  const series = useFigures(broker ? keyOf('broker', broker.id) : null, NAMES);
  return (
    <>
      {server?.https && <CertificateAlarm certificate={server.https} />}
      {broker && broker.sys_why.length > 0 && <NoFigures broker={broker} />}
      <Kpis broker={broker} series={series} />
      <div class="overview">
        <div>
          <HistoryCard of={broker ? keyOf('broker', broker.id) : null} series={series} />
          <LogGlance broker={broker} />
          {broker && <FiguresCard broker={broker} />}
          <DevicesCard />
        </div>
        <div>
          <BusiestCard broker={broker} />
          {brokers.map((each) => (
            <LinkCard key={each.id} broker={each} named={brokers.length > 1} />
          ))}
          {brokers.length === 0 && (
            <Card name={t`Connection`}>
              <p class="muted">{t`Nothing is known about a broker yet.`}</p>
            </Card>
          )}
          <SightlineCard server={server} />
          <RejectedCard server={server} />
          <QuarantineCard />
        </div>
      </div>
    </>
  );
}
