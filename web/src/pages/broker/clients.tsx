/**
 * Who is connected to the broker, as its log tells: a table that sorts, on phones a list of cards;
 * what is wrong with whom; and honest words about who was there before the log was heard.
 */
import { signal } from '@preact/signals';
import { ArrowDown, ArrowUp, X } from 'lucide';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { ageText, spanText, timeText } from '../../app/ages';
import { brief, grouped } from '../../ui/numbers';
import { arrangeClients, flagWords, isWanted } from '../../things/broker/clients';
import type { Client, ClientColumn, ClientFilter } from '../../things/broker/clients';
import type { Broker } from '../../things/broker/read';
import { figure } from '../../things/broker/read';
import { splitKey } from '../../app/world';
import { useTime, useNavigation, useSelection } from '../../app/context';
import { useRoster } from '../../things/context';
import { NARROW, useMedia } from '../../ui/hooks';
import { Fact, Facts } from '../../ui/facts';
import { Icon } from '../../ui/icon';
import { Card } from '../../ui/section';
import { Chips, SearchBox } from '../../ui/tools';
import { VirtualRows } from '../../ui/virtual';

/** The id of a client that another part wants to be shown here; empty when there is none. */
export const wantedClient = signal('');

const COLUMNS: readonly (readonly [ClientColumn, string])[] = [
  ['client', 'Client'],
  ['address', 'Address'],
  ['user', 'User'],
  ['protocol', 'MQTT'],
  ['keepalive', 'Session'],
  ['since', 'Since'],
  ['reconnects', 'Again /h'],
];

const FILTERS: readonly (readonly [ClientFilter, string])[] = [
  ['all', 'All'],
  ['connected', 'Connected'],
  ['gone', 'Gone'],
  ['flagged', 'Flagged'],
];

const ROW = 40;
const CARD = 96;

export function ClientsPart({
  broker,
  clients,
}: {
  broker: Broker | undefined;
  clients: readonly Client[];
}) {
  const { now } = useTime();
  const [filter, setFilter] = useState<ClientFilter>('all');
  const [search, setSearch] = useState('');
  const [sort, setSort] = useState<{ column: ClientColumn; up: boolean }>({
    column: 'client',
    up: true,
  });
  const [chosen, setChosen] = useState<string | null>(null);
  const narrow = useMedia(NARROW);
  const wanted = wantedClient.value;
  useEffect(() => {
    if (wanted === '') return;
    setFilter('all');
    setSearch('');
    setChosen(clients.find((client) => client.client === wanted)?.key ?? null);
    wantedClient.value = '';
  }, [wanted]);
  const shown = useMemo(
    () => arrangeClients(clients, { filter, search, ...sort }),
    [clients, filter, search, sort],
  );
  const open = chosen === null ? undefined : clients.find((client) => client.key === chosen);
  const row = (client: Client) => (
    <ClientRow
      client={client}
      broker={broker}
      now={now.value}
      narrow={narrow}
      chosen={client.key === chosen}
      choose={() => {
        setChosen(client.key === chosen ? null : client.key);
      }}
    />
  );
  return (
    <div class={open ? 'clients-part with-open' : 'clients-part'}>
      <Card
        name="Clients"
        class="clients tall"
        aside={
          <div class="tools">
            <SearchBox label="Show only clients with" value={search} set={setSearch} />
            <Chips
              label="Show"
              of={FILTERS}
              value={filter}
              set={setFilter}
              extra={(name) => (
                <small>{brief(clients.filter((each) => isWanted(each, name)).length)}</small>
              )}
            />
          </div>
        }
      >
        <Known broker={broker} clients={clients} />
        {shown.length === 0 ? (
          <p class="muted nobody">{nobody(broker, clients.length)}</p>
        ) : narrow ? (
          <VirtualRows
            items={shown}
            rowHeight={CARD}
            class="client-cards"
            role="list"
            label="Clients"
            keyOf={(client) => client.key}
          >
            {row}
          </VirtualRows>
        ) : (
          <div class="table" role="table" aria-label="Clients" aria-rowcount={shown.length + 1}>
            <div role="rowgroup" class="head">
              <div role="row" class="client-row" aria-rowindex={1}>
                {COLUMNS.map(([column, word]) => (
                  <span
                    key={column}
                    role="columnheader"
                    aria-sort={
                      sort.column !== column ? 'none' : sort.up ? 'ascending' : 'descending'
                    }
                  >
                    <button
                      type="button"
                      onClick={() => {
                        setSort({ column, up: sort.column === column ? !sort.up : true });
                      }}
                    >
                      {word}
                      {sort.column === column && (
                        <Icon of={sort.up ? ArrowUp : ArrowDown} size={12} />
                      )}
                    </button>
                  </span>
                ))}
                <span role="columnheader">Last reason</span>
                <span role="columnheader">Feeds</span>
              </div>
            </div>
            <VirtualRows
              items={shown}
              rowHeight={ROW}
              class="client-rows"
              role="rowgroup"
              label="Clients"
              keyOf={(client) => client.key}
            >
              {row}
            </VirtualRows>
          </div>
        )}
      </Card>
      {open && (
        <ClientCard
          client={open}
          broker={broker}
          close={() => {
            setChosen(null);
          }}
        />
      )}
    </div>
  );
}

function nobody(broker: Broker | undefined, all: number): string {
  if (all > 0) return 'No client is like that.';
  return broker?.logLines === undefined
    ? 'Clients are known by the broker’s log alone, and none of it has been heard: see Log.'
    : 'The log has not spoken of any client yet.';
}

/** How complete the list is. */
function Known({ broker, clients }: { broker: Broker | undefined; clients: readonly Client[] }) {
  const { now } = useTime();
  if (!broker) return null;
  const total = figure(broker, 'clients/connected');
  const connected = clients.filter((client) => client.state === 'connected').length;
  const unknown = clients.filter((client) => client.state === 'unknown').length;
  const since = broker.logSince === undefined ? null : timeText(broker.logSince, now.value);
  return (
    <p class="note known">
      <span>
        <strong>{grouped(connected)}</strong>
        {total === undefined
          ? ' known to be connected'
          : ` of ${grouped(total)} connected are known`}
      </span>
      {(broker.unseen ?? 0) > 0 && (
        <span>
          <strong>{grouped(broker.unseen ?? 0)}</strong> were there before {since ?? 'we listened'}{' '}
          and have not been spoken of
        </span>
      )}
      {unknown > 0 && (
        <span>
          <strong>{grouped(unknown)}</strong> may be gone: the log was cut off
        </span>
      )}
      {broker.refusals > 0 && (
        <span class="caution">
          <strong>{grouped(broker.refusals)}</strong> sign-ins refused
        </span>
      )}
    </p>
  );
}

/** Since when it is there, or how long it has been gone; honest when that is not known. */
export function sinceText(client: Client, logSince: number | undefined, now: number): string {
  if (client.state === 'gone') {
    return client.leftAt === undefined ? 'gone' : `left ${timeText(client.leftAt, now)}`;
  }
  if (client.state === 'unknown') return 'unknown';
  if (client.since !== undefined) return timeText(client.since, now);
  return logSince === undefined ? 'before we listened' : `before ${shortTime(logSince, now)}`;
}

function shortTime(at: number, now: number): string {
  return timeText(at, now).replace(/^(\d\d:\d\d):\d\d$/, '$1');
}

function sessionText(client: Client): string {
  const parts = [
    client.clean === undefined ? '' : client.clean ? 'clean' : 'kept',
    client.keepalive === undefined
      ? ''
      : client.keepalive === 0
        ? 'no keepalive'
        : `${String(client.keepalive)} s`,
  ];
  return parts.filter(Boolean).join(' · ');
}

function Flags({ client }: { client: Client }) {
  return (
    <>
      {client.ours && <span class="tag ours">Sightline</span>}
      {client.flags.map((flag) => {
        const { word, tone, means } = flagWords(flag);
        return (
          <span key={flag} class={`tag ${tone}`} title={means} data-flag={flag}>
            {word}
          </span>
        );
      })}
    </>
  );
}

function Feeds({ client }: { client: Client }) {
  const { go } = useNavigation();
  const { select } = useSelection();
  const { entries } = useRoster();
  if (client.feeds === undefined) return null;
  const key = client.feeds;
  return (
    <button
      type="button"
      class="feeds ellipsis"
      title={`Show ${key}`}
      onClick={() => {
        go('map');
        select(key);
      }}
    >
      {entries.get(key)?.name ?? splitKey(key)[1]}
    </button>
  );
}

function ClientRow({
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
      <span class="hidden">{client.state}: </span>
      <code class="ellipsis">{client.client === '' ? '(no id)' : client.client}</code>
    </button>
  );
  const since = sinceText(client, broker?.logSince, now);
  if (narrow) {
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
              .join(' · ') || 'nothing more is known'}
          </span>
        </p>
        <p class="muted">
          <span class="ellipsis">
            {client.state === 'connected' && client.since !== undefined ? `since ${since}` : since}
            {client.why !== undefined && `, ${client.why}`}
          </span>
          <Feeds client={client} />
        </p>
      </div>
    );
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

function ClientCard({
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
        <Facts>
          <Fact name="State">{client.state}</Fact>
          <Fact name="Since">
            {sinceText(client, broker?.logSince, now.value)}
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
          {client.leftAt !== undefined && (
            <Fact name="Last left">
              {timeText(client.leftAt, now.value)}
              {client.why !== undefined && `, ${client.why}`}
            </Fact>
          )}
          {client.takeovers > 0 && <Fact name="Taken over">{grouped(client.takeovers)} times</Fact>}
          {client.refused > 0 && <Fact name="Refused">{grouped(client.refused)} times</Fact>}
          {client.dropping > 0 && <Fact name="Drops">{grouped(client.dropping)} times</Fact>}
          {client.feeds !== undefined && (
            <Fact name="Feeds">
              <Feeds client={client} />
            </Fact>
          )}
          <Fact name="Last line">{ageText(now.value - client.at)} ago</Fact>
        </Facts>
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
