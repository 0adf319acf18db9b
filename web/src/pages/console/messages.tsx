/** What this page has subscribed, what it hears by that, and one message of it looked at closely. */
import type { Broker } from '../../things/broker/read';
import { ReceivedCard } from './receivedcard';
import { PublishCard } from './publish';
import { SubscriptionsCard } from './subscriptions';

/** The list is drawn anew at most this often, in milliseconds. */

export function MessagesPart({
  brokers,
  broker,
}: {
  brokers: readonly Broker[];
  broker: Broker | undefined;
}) {
  return (
    <div class="messages-part">
      <div>
        <SubscriptionsCard brokers={brokers} broker={broker} />
        <PublishCard brokers={brokers} broker={broker} />
      </div>
      <ReceivedCard />
    </div>
  );
}
