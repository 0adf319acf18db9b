/** The Broker section: how the brokers are, their logs, who is connected, and their topics. */
import { t } from '@lingui/core/macro';
import { spanText } from '../../app/ages';
import { readClient } from '../../things/broker/clients';
import { useBrokers } from './choice';
import { ClientsPart } from './clients';
import { LogPart } from './log';
import { Overview } from './overview';
import { TopicsPart } from './topics';
import { useKind } from '../../app/context';
import { SectionPage } from '../../ui/section';
import { Status, linkWord } from '../../things/server/status';
import { TabPanel, Tabs, usePart } from '../../app/tabs';
import type { Part } from '../../app/tabs';

export function BrokerPage() {
  const { brokers, broker, choose } = useBrokers();
  const clients = useKind('client').map(readClient);
  const mine = clients.filter((client) => client.broker === broker?.id);
  const flagged = mine.filter((client) => client.flags.length > 0).length;
  const connected = mine.filter((client) => client.state === 'connected').length;
  const parts: readonly Part[] = [
    { tab: '', name: t`Overview` },
    { tab: 'log', name: t`Log` },
    {
      tab: 'clients',
      name: t`Clients`,
      ...(connected > 0 ? { note: connected } : {}),
      trouble: flagged > 0 ? t`${flagged} with something wrong` : undefined,
    },
    { tab: 'topics', name: t`Topics` },
  ];
  const part = usePart(parts);
  const about = broker
    ? [
        (broker.version ?? '').replace(' version', ''),
        broker.link.address && t`at ${broker.link.address}`,
        broker.uptime !== undefined && t`up ${spanText(broker.uptime)}`,
      ]
        .filter(Boolean)
        .join(' · ')
    : undefined;
  return (
    <SectionPage status={<Status />} name={t`Broker`} class="brokers" about={about}>
      <div class="tab-row">
        <Tabs label={t`Parts of the section`} parts={parts} />
        {brokers.length > 1 && broker && (
          <label class="pick">
            <span class="muted">{t`Broker`}</span>
            <select
              value={broker.id}
              onChange={(change) => {
                choose(change.currentTarget.value);
              }}
            >
              {brokers.map((each) => (
                <option key={each.id} value={each.id}>
                  {each.id}
                  {each.link.state === 'connected' ? '' : ` (${linkWord(each.link)})`}
                </option>
              ))}
            </select>
          </label>
        )}
      </div>
      <TabPanel tab={part} class={part === '' ? '' : 'full'}>
        {part === '' && <Overview brokers={brokers} broker={broker} />}
        {part === 'log' && <LogPart broker={broker} />}
        {part === 'clients' && <ClientsPart broker={broker} clients={mine} />}
        {part === 'topics' && <TopicsPart broker={broker} />}
      </TabPanel>
    </SectionPage>
  );
}
