/** The server's connection to a broker. */
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { spanText } from '../../app/ages';
import { useServer, useTime } from '../../app/context';
import { keyOf } from '../../app/world';
import type { Broker } from '../../things/broker/read';
import { TellWhen } from '../../things/rules/tellwhen';
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
  const word = { connected: t`Connected`, connecting: t`Connecting`, lost: t`Lost` }[link.state];
  return (
    <Card
      name={named ? t`Connection to ${broker.id}` : t`Connection`}
      aside={
        <PresencePill presence={known ? presence : 'stale'} word={known ? word : t`Unknown`} />
      }
    >
      <p class={link.state === 'lost' ? 'said bad' : 'said'}>
        {known ? linkText(link, now.value) : t`Not known while the server cannot be heard.`}
      </p>
      <Facts>
        <Fact name={t`Address`}>
          <code>{link.address || t`unknown`}</code>
        </Fact>
        <Fact name={t`Protocol`}>
          {link.protocol ? `MQTT ${link.protocol}` : t`unknown`}, {link.tls ? 'TLS' : t`no TLS`}
        </Fact>
        {broker.version !== undefined && <Fact name={t`Program`}>{broker.version}</Fact>}
        {link.since > 0 && (
          <Fact name={link.state === 'connected' ? t`Connected for` : t`For`}>
            {spanText(now.value - link.since)}
          </Fact>
        )}
        {link.tries > 0 && <Fact name={t`Tries`}>{grouped(link.tries)}</Fact>}
        {refusals > 0 && (
          <Fact name={t`Sign-ins refused`} tone="warn">
            <Trans>{grouped(refusals)}, as far as its log tells</Trans>
          </Fact>
        )}
      </Facts>
      <p class="form-end">
        <TellWhen about={[keyOf('broker', broker.id)]} />
      </p>
    </Card>
  );
}
