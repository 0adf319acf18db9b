/** Everything known of one client. */
import { X } from 'lucide';
import { useEffect, useRef } from 'preact/hooks';
import { ageText, spanText, timeText } from '../../app/ages';
import { useTime } from '../../app/context';
import { flagWords } from '../../things/broker/clients';
import type { Client } from '../../things/broker/clients';
import type { Broker } from '../../things/broker/read';
import { Fact, Facts } from '../../ui/facts';
import { NARROW, useMedia } from '../../ui/hooks';
import { Icon } from '../../ui/icon';
import { grouped } from '../../ui/numbers';
import { Card } from '../../ui/section';
import { Feeds } from './clientparts';
import { sinceText } from './clienttext';
import type { ReadonlySignal } from '@preact/signals';

export function ClientCard({
  client,
  broker,
  close,
}: {
  client: Client;
  broker: Broker | undefined;
  close(): void;
}) {
  const { now } = useTime();
  const box = useRef<HTMLDivElement>(null);
  const narrow = useMedia(NARROW);
  useEffect(() => {
    if (narrow) box.current?.scrollIntoView({ block: 'start' });
  }, [client.key, narrow]);
  return (
    <div ref={box}>
      <Card
        name={client.client === '' ? '(no id)' : client.client}
        class="client-open"
        aside={
          <button type="button" class="icon-button" aria-label="Close" onClick={close}>
            <Icon of={X} />
          </button>
        }
      >
        {client.flags.map((flag) => {
          const { word, tone, means } = flagWords(flag);
          return (
            <p key={flag} class="flag">
              <span class={`tag ${tone}`}>{word}</span> {means}
            </p>
          );
        })}
        <ClientFacts client={client} broker={broker} now={now} />
        {client.subscriptions.length > 0 && (
          <>
            <h3>Subscribed</h3>
            <ul class="filters">
              {client.subscriptions.map((filter) => (
                <li key={filter}>
                  <code>{filter}</code>
                </li>
              ))}
            </ul>
          </>
        )}
      </Card>
    </div>
  );
}

function ClientFacts({
  client,
  broker,
  now,
}: {
  client: Client;
  broker: Broker | undefined;
  now: ReadonlySignal<number>;
}) {
  return (
    <Facts>
      <Fact name="State">{client.state}</Fact>
      <Fact name="Since">
        {sinceText(client, broker?.log_since, now.value)}
        {client.state === 'connected' &&
          client.since !== undefined &&
          `, for ${spanText(now.value - client.since)}`}
      </Fact>
      {client.address !== undefined && (
        <Fact name="Address">
          <code>{client.address}</code>
        </Fact>
      )}
      {client.user !== undefined && <Fact name="User">{client.user}</Fact>}
      {client.protocol !== undefined && <Fact name="Protocol">MQTT {client.protocol}</Fact>}
      {client.clean !== undefined && (
        <Fact name="Session">
          {client.clean ? 'clean: forgotten when it leaves' : 'kept while it is away'}
        </Fact>
      )}
      {client.keepalive !== undefined && (
        <Fact name="Keepalive">
          {client.keepalive === 0
            ? 'none: it may stay silent for ever'
            : `${String(client.keepalive)} s`}
        </Fact>
      )}
      <Fact name="Reconnects">{grouped(client.reconnects)} in the last hour</Fact>
      {client.left_at !== undefined && (
        <Fact name="Last left">
          {timeText(client.left_at, now.value)}
          {client.why !== undefined && `, ${client.why}`}
        </Fact>
      )}
      {client.takeovers > 0 && <Fact name="Taken over">{grouped(client.takeovers)} times</Fact>}
      {client.refused > 0 && <Fact name="Refused">{grouped(client.refused)} times</Fact>}
      {client.dropping > 0 && <Fact name="Drops">{grouped(client.dropping)} times</Fact>}
      {client.fits.length > 0 && (
        <Fact name="Feeds">
          one of {client.fits.join(', ')}: its client id fits them all, so it is tied to none
        </Fact>
      )}
      {client.feeds !== undefined && (
        <Fact name="Feeds">
          <Feeds client={client} />
        </Fact>
      )}
      <Fact name="Last line">{ageText(now.value - client.at)} ago</Fact>
    </Facts>
  );
}
