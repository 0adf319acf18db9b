/** The Console section: subscribe and publish by hand, and the frames of this page's connection. */
import { plural, t } from '@lingui/core/macro';
import { useBrokers } from '../broker/choice';
import { MessagesPart } from './messages';
import { useServer } from '../../app/context';
import { useConsole } from '../../console/context';
import { useCalmly } from '../../ui/hooks';
import { Frames } from './frames';
import { SectionPage } from '../../ui/section';
import { Status } from '../../things/server/status';
import { TabPanel, Tabs, usePart } from '../../app/tabs';
import type { Part } from '../../app/tabs';

export function ConsolePage() {
  const { frameLog } = useServer();
  const consoleClient = useConsole();
  const { brokers, broker } = useBrokers();
  useCalmly(consoleClient, 500);
  useCalmly(frameLog, 500);
  const parts: readonly Part[] = [
    {
      tab: '',
      name: t`Messages`,
      ...(consoleClient.subscriptions.length > 0
        ? { note: consoleClient.subscriptions.length }
        : {}),
    },
    { tab: 'frames', name: t`Frames` },
  ];
  const part = usePart(parts);
  return (
    <SectionPage
      status={<Status />}
      name={t`Console`}
      class="console"
      about={
        part === 'frames'
          ? plural(frameLog.count, {
              one: '# frame since the page was opened',
              other: '# frames since the page was opened',
            })
          : plural(consoleClient.count, { one: '# message heard', other: '# messages heard' })
      }
    >
      <div class="tab-row">
        <Tabs label={t`Parts of the section`} parts={parts} />
      </div>
      <TabPanel tab={part} class="full">
        {part === 'frames' ? <Frames /> : <MessagesPart brokers={brokers} broker={broker} />}
      </TabPanel>
    </SectionPage>
  );
}
