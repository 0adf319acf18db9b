/** The server's connection to a broker. */
import { spanText } from '../../app/ages';
import { useServer, useTime } from '../../app/context';
import type { Broker } from '../../things/broker/read';
import { linkText } from '../../things/server/status';
import { Fact, Facts, PresencePill } from '../../ui/facts';
import { grouped } from '../../ui/numbers';
import { Card } from '../../ui/section';

export function LinkCard({ broker, named }: { broker: Broker; named: boolean }) {
  const { now } = useTime();
  const { connection } = useServer();
  const { link } = broker;
  const refusals = broker.refusals ?? 0;
  const known = connection.value.state === 'live';
  const presence =
    link.state === 'connected' ? 'live' : link.state === 'lost' ? 'offline' : 'stale';
  const word = { connected: 'Connected', connecting: 'Connecting', lost: 'Lost' }[link.state];
  return (
    <Card
      name={named ? `Connection to ${broker.id}` : 'Connection'}
      aside={<PresencePill presence={known ? presence : 'stale'} word={known ? word : 'Unknown'} />}
    >
      <p class={link.state === 'lost' ? 'said bad' : 'said'}>
        {known ? linkText(link, now.value) : 'Not known while the server cannot be heard.'}
      </p>
      <Facts>
        <Fact name="Address">
          <code>{link.address || 'unknown'}</code>
        </Fact>
        <Fact name="Protocol">
          {link.protocol ? `MQTT ${link.protocol}` : 'unknown'}, {link.tls ? 'TLS' : 'no TLS'}
        </Fact>
        {broker.version !== undefined && <Fact name="Program">{broker.version}</Fact>}
        {link.since > 0 && (
          <Fact name={link.state === 'connected' ? 'Connected for' : 'For'}>
            {spanText(now.value - link.since)}
          </Fact>
        )}
        {link.tries > 0 && <Fact name="Tries">{grouped(link.tries)}</Fact>}
        {refusals > 0 && (
          <Fact name="Sign-ins refused" tone="warn">
            {grouped(refusals)}, as far as its log tells
          </Fact>
        )}
      </Facts>
    </Card>
  );
}
