/** The Console section: subscribe and publish by hand, and the frames of this page's connection. */
import { grouped } from '../../ui/numbers';
import { useBrokers } from '../broker/chosen';
import { MessagesPart } from './messages';
import { useApp } from '../../app/context';
import { useCalmly } from '../../ui/hooks';
import { Frames } from './frames';
import { SectionPage } from '../../ui/section';
import { Status } from '../../things/server/status';
import { TabPanel, Tabs, usePart } from '../../app/tabs';
import type { Part } from '../../app/tabs';

export function ConsolePage() {
  const { tape, desk } = useApp();
  const { brokers, broker } = useBrokers();
  useCalmly(desk, 500);
  useCalmly(tape, 500);
  const parts: readonly Part[] = [
    {
      tab: '',
      name: 'Messages',
      ...(desk.subscriptions.length > 0 ? { note: desk.subscriptions.length } : {}),
    },
    { tab: 'frames', name: 'Frames' },
  ];
  const part = usePart(parts);
  return (
    <SectionPage status={<Status />}
      name="Console"
      class="console"
      about={
        part === 'frames'
          ? `${grouped(tape.count)} frames since the page was opened`
          : `${grouped(desk.count)} messages heard`
      }
    >
      <div class="tab-row">
        <Tabs label="Parts of the section" parts={parts} />
      </div>
      <TabPanel tab={part} class="full">
        {part === 'frames' ? <Frames /> : <MessagesPart brokers={brokers} broker={broker} />}
      </TabPanel>
    </SectionPage>
  );
}
