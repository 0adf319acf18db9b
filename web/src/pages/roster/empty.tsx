/** Nothing has been heard yet: what is listened to, and how to make it speak. */
import { Radio } from 'lucide';
import { readBroker } from '../../things/broker/read';
import { CopyButton } from '../../ui/copy';
import { useKind, useTime } from '../../app/context';
import { Icon } from '../../ui/icon';
import { linkText } from '../../things/server/status';
import { DocLink } from '../../ui/doclink';

export function EmptyState() {
  const { now } = useTime();
  const broker = useKind('broker').map(readBroker)[0];
  const example = exampleCommand(broker?.link.address ?? '');
  return (
    <div class="empty">
      <Icon of={Radio} size={28} />
      <h2>Nobody has spoken yet</h2>
      <p>
        {broker && broker.link.state !== 'connected' ? (
          linkText(broker.link, now.value)
        ) : (
          <>
            Sightline listens{broker ? ` at ${broker.link.address}` : ''} for phones on{' '}
            <code>owntracks/+/+</code> and for robots on <code>telemetry</code>. Whoever publishes
            there appears here at once.
          </>
        )}
      </p>
      <p>Try it from a terminal:</p>
      <pre tabIndex={0}>{example}</pre>
      <CopyButton text={example} label="Copy the example" words="Copy the example" />
      <DocLink to="phones">How to set up phones</DocLink>
    </div>
  );
}

/** A command that puts a friend on the map, for the broker at this address. */
export function exampleCommand(address: string): string {
  const colon = address.lastIndexOf(':');
  const host = colon > 0 ? address.slice(0, colon) : '127.0.0.1';
  const port = colon > 0 ? address.slice(colon + 1) : '1883';
  return [
    `mosquitto_pub -h ${host} -p ${port} -t owntracks/jane/phone -m \\`,
    `  '{"_type":"location","lat":52.37,"lon":4.9,"batt":80,"tst":'$(date +%s)'}'`,
  ].join('\n');
}
