/** Everything known of one client. */
import { plural, t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { X } from 'lucide';
import { useEffect, useRef } from 'preact/hooks';
import { ageText, secondsText, spanText, timeText } from '../../app/ages';
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
import { sinceText, stateText } from './clienttext';
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
        name={client.client === '' ? t`(no id)` : client.client}
        class="client-open"
        aside={
          <button type="button" class="icon-button" aria-label={t`Close`} onClick={close}>
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
            <h3>{t`Subscribed`}</h3>
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
      <Fact name={t`State`}>{stateText(client)}</Fact>
      <Fact name={t`Since`}>
        {sinceText(client, broker?.log_since, now.value)}
        {client.state === 'connected' &&
          client.since !== undefined &&
          `, ${t`for ${spanText(now.value - client.since)}`}`}
      </Fact>
      {client.address !== undefined && (
        <Fact name={t`Address`}>
          <code>{client.address}</code>
        </Fact>
      )}
      {client.user !== undefined && <Fact name={t`User`}>{client.user}</Fact>}
      {client.protocol !== undefined && <Fact name={t`Protocol`}>{`MQTT ${client.protocol}`}</Fact>}
      {client.clean !== undefined && (
        <Fact name={t`Session`}>
          {client.clean ? t`clean: forgotten when it leaves` : t`kept while it is away`}
        </Fact>
      )}
      {client.keepalive !== undefined && (
        <Fact name={t`Keepalive`}>
          {client.keepalive === 0
            ? t`none: it may stay silent for ever`
            : secondsText(client.keepalive)}
        </Fact>
      )}
      <Fact name={t`Reconnects`}>
        <Trans>{grouped(client.reconnects)} in the last hour</Trans>
      </Fact>
      {client.left_at !== undefined && (
        <Fact name={t`Last left`}>
          {timeText(client.left_at, now.value)}
          {client.why !== undefined && `, ${client.why}`}
        </Fact>
      )}
      {client.takeovers > 0 && <Fact name={t`Taken over`}>{timesText(client.takeovers)}</Fact>}
      {client.refused > 0 && <Fact name={t`Refused`}>{timesText(client.refused)}</Fact>}
      {client.dropping > 0 && <Fact name={t`Drops`}>{timesText(client.dropping)}</Fact>}
      {client.fits.length > 0 && (
        <Fact name={t`Feeds`}>
          <Trans>
            one of {client.fits.join(', ')}: its client id fits them all, so it is tied to none
          </Trans>
        </Fact>
      )}
      {client.feeds !== undefined && (
        <Fact name={t`Feeds`}>
          <Feeds client={client} />
        </Fact>
      )}
      <Fact name={t`Last line`}>
        <Trans>{ageText(now.value - client.at)} ago</Trans>
      </Fact>
    </Facts>
  );
}

function timesText(count: number): string {
  return plural(count, { one: '# time', other: '# times' });
}
