/** A client as a row of the table, on phones as a card. */
import { t } from '@lingui/core/macro';
import type { Client } from '../../things/broker/clients';
import type { Broker } from '../../things/broker/read';
import { grouped } from '../../ui/numbers';
import { Feeds, Flags } from './clientparts';
import { sessionText, sinceText, stateText } from './clienttext';
import type { JSX } from 'preact';

export function ClientRow({
  client,
  broker,
  now,
  narrow,
  chosen,
  choose,
}: {
  client: Client;
  broker: Broker | undefined;
  now: number;
  narrow: boolean;
  chosen: boolean;
  choose(): void;
}) {
  const name = (
    <button type="button" class="client-name" aria-expanded={chosen} onClick={choose}>
      <i data-state={client.state} />
      <span class="hidden">{stateText(client)}: </span>
      <code class="ellipsis">{client.client === '' ? t`(no id)` : client.client}</code>
    </button>
  );
  const since = sinceText(client, broker?.log_since, now);
  if (narrow) {
    return <NarrowRow client={client} name={name} since={since} />;
  }
  return (
    <div
      class="client-row"
      role="presentation"
      data-client={client.client}
      data-state={client.state}
      data-chosen={chosen}
    >
      <span role="cell" class="first">
        {name}
        <Flags client={client} />
      </span>
      <span role="cell" class="mono ellipsis">
        {client.address ?? ''}
      </span>
      <span role="cell" class="ellipsis">
        {client.user ?? ''}
      </span>
      <span role="cell">{client.protocol ?? ''}</span>
      <span role="cell" class="ellipsis">
        {sessionText(client)}
      </span>
      <span role="cell" class="number ellipsis" title={since}>
        {since}
      </span>
      <span role="cell" class="number">
        {client.reconnects > 0 ? grouped(client.reconnects) : ''}
      </span>
      <span role="cell" class="muted ellipsis" title={client.why}>
        {client.why ?? ''}
      </span>
      <span role="cell" class="cell-feeds">
        <Feeds client={client} />
      </span>
    </div>
  );
}

function NarrowRow({ client, name, since }: { client: Client; name: JSX.Element; since: string }) {
  return (
    <div class="client-card" data-client={client.client} data-state={client.state}>
      <div>
        {name}
        <span class="tags">
          <Flags client={client} />
        </span>
      </div>
      <p class="muted">
        <span class="ellipsis">
          {[client.address, client.user, client.protocol && `MQTT ${client.protocol}`]
            .filter(Boolean)
            .join(' · ') || t`nothing more is known`}
        </span>
      </p>
      <p class="muted">
        <span class="ellipsis">
          {client.state === 'connected' && client.since !== undefined ? t`since ${since}` : since}
          {client.why !== undefined && `, ${client.why}`}
        </span>
        <Feeds client={client} />
      </p>
    </div>
  );
}
