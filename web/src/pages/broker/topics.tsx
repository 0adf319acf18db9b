/**
 * The tree of topics, one level at a time: what came where, how often, how much, and what last. Only
 * the page in view is followed, so a broker with twenty thousand topics costs as much as a small one.
 */
import { ArrowUp, ChevronLeft, ChevronRight, Ear } from 'lucide';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { ageText } from '../../app/ages';
import { useTime } from '../../app/context';
import { useConsole } from '../../console/context';
import { inOrder } from '../../console/topics';
import type { TopicOrder, View } from '../../console/topics';
import type { Broker } from '../../things/broker/read';
import { NARROW, useCalmly, useMedia, useTicks } from '../../ui/hooks';
import { Icon } from '../../ui/icon';
import { brief, bytes, grouped } from '../../ui/numbers';
import { Card } from '../../ui/section';
import { Chips, SearchBox } from '../../ui/tools';
import { VirtualRows } from '../../ui/virtual';
import { Leaf } from './leaf';
import type { TopicNode } from '../../console/topics';
import type { Dispatch, StateUpdater } from 'preact/hooks';
import type { TopicPage } from '../../console/topics';
import type { ConsoleClient } from '../../console/client';

const ORDERS: readonly (readonly [TopicOrder, string])[] = [
  ['name', 'Name'],
  ['rate', 'Rate'],
  ['messages', 'Messages'],
  ['age', 'Newest'],
];

/** A search waits so long for the next key, in milliseconds. */
const TYPING = 200;

export function TopicsPart({ broker }: { broker: Broker | undefined }) {
  const { clock } = useTime();
  const consoleClient = useConsole();
  const [path, setPath] = useState<readonly string[]>([]);
  const [typed, setTyped] = useState('');
  const [find, setFind] = useState('');
  const [all, setAll] = useState(false);
  const [order, setOrder] = useState<TopicOrder>('name');
  /** Where the pages before this one began. */
  const [pages, setPages] = useState<readonly (string | undefined)[]>([undefined]);
  const [chosen, setChosen] = useState<string | null>(null);
  const narrow = useMedia(NARROW);
  useCalmly(consoleClient, 100);
  useTicks(1000, true);
  const id = broker?.id;
  const after = pages.at(-1);

  useEffect(() => {
    const timer = setTimeout(() => {
      setFind(typed);
      setPages([undefined]);
    }, TYPING);
    return () => {
      clearTimeout(timer);
    };
  }, [typed]);
  const asked = JSON.stringify([id, path, find, all, after]);
  useEffect(() => {
    if (id === undefined) return;
    const view: View = { broker: id, path, find, all, ...(after === undefined ? {} : { after }) };
    consoleClient.look(view);
  }, [consoleClient, asked]);
  useEffect(
    () => () => {
      consoleClient.look(null);
    },
    [consoleClient],
  );

  const page = consoleClient.page;
  const rows = useMemo(() => inOrder(page?.children ?? [], order), [page, order]);
  const here = page?.node;
  const open = rows.find((row) => row.name === chosen);
  const goTo = (next: readonly string[]) => {
    setPath(next);
    setTyped('');
    setFind('');
    setPages([undefined]);
    setChosen(null);
  };
  const now = clock.seconds();
  const shownPath = path.join('/');
  return (
    <div class={open || (here && here.count > 0) ? 'topics-part with-open' : 'topics-part'}>
      <Card
        name="Topics"
        class="topics tall"
        aside={
          <TopicTools
            typed={typed}
            setTyped={setTyped}
            order={order}
            setOrder={setOrder}
            all={all}
            setAll={setAll}
          />
        }
      >
        <Crumbs path={path} goTo={goTo} broker={broker} here={here} />
        <TopicList
          consoleClient={consoleClient}
          rows={rows}
          page={page}
          find={find}
          narrow={narrow}
          path={path}
          shownPath={shownPath}
          chosen={chosen}
          goTo={goTo}
          setChosen={setChosen}
          now={now}
        />
        {page && <Foot page={page} all={all} pages={pages} setPages={setPages} />}
      </Card>
      {open ? (
        <Leaf node={open} topic={[...path, open.name].join('/')} broker={id ?? ''} now={now} />
      ) : (
        here && here.count > 0 && <Leaf node={here} topic={shownPath} broker={id ?? ''} now={now} />
      )}
    </div>
  );
}

function TopicList({
  consoleClient,
  rows,
  page,
  find,
  narrow,
  path,
  shownPath,
  chosen,
  goTo,
  setChosen,
  now,
}: {
  consoleClient: ConsoleClient;
  rows: TopicNode[];
  page: TopicPage | null;
  find: string;
  narrow: boolean;
  path: readonly string[];
  shownPath: string;
  chosen: string | null;
  goTo: (next: readonly string[]) => void;
  setChosen: Dispatch<StateUpdater<string | null>>;
  now: number;
}) {
  return (
    <>
      {consoleClient.trouble !== null ? (
        <p class="wrong nobody" role="status">
          {consoleClient.trouble}
        </p>
      ) : rows.length === 0 ? (
        <p class="muted nobody">
          {page === null
            ? 'Waiting for the first page…'
            : find !== ''
              ? `None of ${grouped(page.total)} here has “${find}” in its name.`
              : 'Nothing below this.'}
        </p>
      ) : (
        <VirtualRows
          items={rows}
          rowHeight={narrow ? 60 : 34}
          class="topic-rows"
          role="list"
          label={path.length === 0 ? 'Topics' : `Topics below ${shownPath}`}
          keyOf={(row) => row.name}
        >
          {(row) => (
            <TopicRow
              path={path}
              row={row}
              chosen={chosen}
              goTo={goTo}
              setChosen={setChosen}
              now={now}
            />
          )}
        </VirtualRows>
      )}
    </>
  );
}

function TopicTools({
  typed,
  setTyped,
  order,
  setOrder,
  all,
  setAll,
}: {
  typed: string;
  setTyped: Dispatch<StateUpdater<string>>;
  order: TopicOrder;
  setOrder: Dispatch<StateUpdater<TopicOrder>>;
  all: boolean;
  setAll: Dispatch<StateUpdater<boolean>>;
}) {
  return (
    <div class="tools">
      <SearchBox
        label="Find in this level"
        hint="Find in this level"
        value={typed}
        set={setTyped}
      />
      <Chips label="Order" of={ORDERS} value={order} set={setOrder} />
      <button
        type="button"
        class="button"
        aria-pressed={all}
        title="Subscribe # while this is looked at: also what Sightline itself does not listen to"
        onClick={() => {
          setAll(!all);
        }}
      >
        <Icon of={Ear} size={14} />
        Hear everything
      </button>
    </div>
  );
}

function Foot({
  page,
  all,
  pages,
  setPages,
}: {
  page: TopicPage;
  all: boolean;
  pages: readonly (string | undefined)[];
  setPages: Dispatch<StateUpdater<readonly (string | undefined)[]>>;
}) {
  return (
    <p class="note foot" data-hears={page.all ? 'all' : 'own'}>
      <span>
        {grouped(page.total)} here, {grouped(page.topics)} topics in all
      </span>
      {!page.all && (
        <span>
          {all ? 'beginning to hear everything…' : 'only what Sightline itself listens to'}
        </span>
      )}
      {page.cut > 0 && (
        <span class="caution">
          {grouped(page.cut)} messages to topics that found no room in the tree
        </span>
      )}
      {(pages.length > 1 || page.after !== undefined) && (
        <Pager pages={pages} setPages={setPages} page={page} />
      )}
    </p>
  );
}

function Pager({
  pages,
  setPages,
  page,
}: {
  pages: readonly (string | undefined)[];
  setPages: Dispatch<StateUpdater<readonly (string | undefined)[]>>;
  page: TopicPage;
}) {
  return (
    <span class="pager">
      <button
        type="button"
        class="button small"
        disabled={pages.length <= 1}
        onClick={() => {
          setPages(pages.slice(0, -1));
        }}
      >
        <Icon of={ChevronLeft} size={14} />
        Back
      </button>
      <span class="number">page {pages.length}</span>
      <button
        type="button"
        class="button small"
        disabled={page.after === undefined}
        onClick={() => {
          setPages([...pages, page.after]);
        }}
      >
        Next
        <Icon of={ChevronRight} size={14} />
      </button>
    </span>
  );
}

function TopicRow({
  path,
  row,
  chosen,
  goTo,
  setChosen,
  now,
}: {
  path: readonly string[];
  row: TopicNode;
  chosen: string | null;
  goTo: (next: readonly string[]) => void;
  setChosen: Dispatch<StateUpdater<string | null>>;
  now: number;
}) {
  return (
    <button
      type="button"
      class="topic-row"
      data-topic={[...path, row.name].join('/')}
      aria-pressed={row.children > 0 ? undefined : row.name === chosen}
      onClick={() => {
        if (row.children > 0) goTo([...path, row.name]);
        else setChosen(row.name === chosen ? null : row.name);
      }}
    >
      <span class="topic-name">
        <code class="ellipsis">{row.name === '' ? '(empty)' : row.name}</code>
        {row.children > 0 && (
          <>
            <small class="below">{brief(row.topics)}</small>
            <Icon of={ChevronRight} size={14} />
          </>
        )}
      </span>
      <span class="value ellipsis">{row.count > 0 && <code>{row.hex ?? row.last}</code>}</span>
      <span class="figure-of">
        {row.rate > 0 ? row.rate.toFixed(row.rate < 10 ? 1 : 0) : '–'}
        <small>/s</small>
      </span>
      <span class="figure-of">
        {brief(row.messages)}
        <small>msg</small>
      </span>
      <span class="figure-of size">{bytes(row.size ?? row.bytes)}</span>
      <span class="figure-of age">{row.at === undefined ? '' : ageText(now - row.at)}</span>
    </button>
  );
}

/** The way from the broker down to this level. */
function Crumbs({
  path,
  goTo,
  broker,
  here,
}: {
  path: readonly string[];
  goTo: (next: readonly string[]) => void;
  broker: Broker | undefined;
  here: TopicNode | undefined;
}) {
  return (
    <nav class="crumbs" aria-label="Where in the tree">
      <button
        type="button"
        class="icon-button small"
        aria-label="One level up"
        disabled={path.length === 0}
        onClick={() => {
          goTo(path.slice(0, -1));
        }}
      >
        <Icon of={ArrowUp} size={15} />
      </button>
      <ol>
        <li>
          <button
            type="button"
            onClick={() => {
              goTo([]);
            }}
          >
            {broker?.id ?? 'broker'}
          </button>
        </li>
        {path.map((level, index) => (
          <li key={index}>
            <button
              type="button"
              aria-current={index === path.length - 1 ? 'true' : undefined}
              onClick={() => {
                goTo(path.slice(0, index + 1));
              }}
            >
              <code>{level === '' ? '(empty)' : level}</code>
            </button>
          </li>
        ))}
      </ol>
      {here && (
        <span class="muted number">
          {path.length > 0 && `${grouped(here.messages)} messages, ${here.rate.toFixed(1)}/s`}
        </span>
      )}
    </nav>
  );
}
