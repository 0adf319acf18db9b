/**
 * Who is connected to the broker, as its log tells: a table that sorts, on phones a list of cards;
 * what is wrong with whom; and honest words about who was there before the log was heard.
 */
import { t } from '@lingui/core/macro';
import { signal } from '@preact/signals';
import { ArrowDown, ArrowUp } from 'lucide';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { useTime } from '../../app/context';
import { arrangeClients, isWanted } from '../../things/broker/clients';
import type { Client, ClientColumn, ClientFilter } from '../../things/broker/clients';
import type { Broker } from '../../things/broker/read';
import { NARROW, useMedia } from '../../ui/hooks';
import { Icon } from '../../ui/icon';
import { brief } from '../../ui/numbers';
import { Card } from '../../ui/section';
import { Chips, SearchBox } from '../../ui/tools';
import { VirtualRows } from '../../ui/virtual';
import { ClientCard } from './clientcard';
import { ClientRow } from './clientrow';
import { nobody } from './clienttext';
import { Known } from './completeness';
import type { Dispatch, StateUpdater } from 'preact/hooks';
import type { JSX } from 'preact';

/** The id of a client that another part wants to be shown here; empty when there is none. */
export const wantedClient = signal('');

const columns = (): readonly (readonly [ClientColumn, string])[] => [
  ['client', t`Client`],
  ['address', t`Address`],
  ['user', t`User`],
  ['protocol', 'MQTT'],
  ['keepalive', t`Session`],
  ['since', t`Since`],
  ['reconnects', t`Again /h`],
];

const filters = (): readonly (readonly [ClientFilter, string])[] => [
  ['all', t`All`],
  ['connected', t`Connected`],
  ['gone', t({ message: 'Gone', context: 'clients that are not connected any more' })],
  ['flagged', t`Flagged`],
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
        name={t`Clients`}
        class="clients tall"
        aside={
          <ClientTools
            search={search}
            setSearch={setSearch}
            filter={filter}
            setFilter={setFilter}
            clients={clients}
          />
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
            label={t`Clients`}
            keyOf={(client) => client.key}
          >
            {row}
          </VirtualRows>
        ) : (
          <ClientTable shown={shown} sort={sort} setSort={setSort} row={row} />
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

function ClientTools({
  search,
  setSearch,
  filter,
  setFilter,
  clients,
}: {
  search: string;
  setSearch: Dispatch<StateUpdater<string>>;
  filter: ClientFilter;
  setFilter: Dispatch<StateUpdater<ClientFilter>>;
  clients: readonly Client[];
}) {
  return (
    <div class="tools">
      <SearchBox label={t`Show only clients with`} value={search} set={setSearch} />
      <Chips
        label={t`Show`}
        of={filters()}
        value={filter}
        set={setFilter}
        extra={(name) => (
          <small>{brief(clients.filter((each) => isWanted(each, name)).length)}</small>
        )}
      />
    </div>
  );
}

function ClientTable({
  shown,
  sort,
  setSort,
  row,
}: {
  shown: Client[];
  sort: { column: ClientColumn; up: boolean };
  setSort: Dispatch<StateUpdater<{ column: ClientColumn; up: boolean }>>;
  row: (client: Client) => JSX.Element;
}) {
  return (
    <div class="table" role="table" aria-label={t`Clients`} aria-rowcount={shown.length + 1}>
      <ClientHead sort={sort} setSort={setSort} />
      <VirtualRows
        items={shown}
        rowHeight={ROW}
        class="client-rows"
        role="rowgroup"
        label={t`Clients`}
        keyOf={(client) => client.key}
      >
        {row}
      </VirtualRows>
    </div>
  );
}

function ClientHead({
  sort,
  setSort,
}: {
  sort: { column: ClientColumn; up: boolean };
  setSort: Dispatch<StateUpdater<{ column: ClientColumn; up: boolean }>>;
}) {
  return (
    <div role="rowgroup" class="head">
      <div role="row" class="client-row" aria-rowindex={1}>
        {columns().map(([column, word]) => (
          <span
            key={column}
            role="columnheader"
            aria-sort={sort.column !== column ? 'none' : sort.up ? 'ascending' : 'descending'}
          >
            <button
              type="button"
              onClick={() => {
                setSort({ column, up: sort.column === column ? !sort.up : true });
              }}
            >
              {word}
              {sort.column === column && <Icon of={sort.up ? ArrowUp : ArrowDown} size={12} />}
            </button>
          </span>
        ))}
        <span role="columnheader">{t`Last reason`}</span>
        <span role="columnheader">{t`Feeds`}</span>
      </div>
    </div>
  );
}
