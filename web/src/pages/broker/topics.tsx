/**
 * The tree of topics, one level at a time: what came where, how often, how much, and what last. Only
 * the page in view is followed, so a broker with twenty thousand topics costs as much as a small one.
 */
import { Ear } from 'lucide';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { useTime } from '../../app/context';
import { useConsole } from '../../console/context';
import { inOrder } from '../../console/topics';
import type { TopicOrder, View } from '../../console/topics';
import type { Broker } from '../../things/broker/read';
import { NARROW, useCalmly, useMedia, useTicks } from '../../ui/hooks';
import { Icon } from '../../ui/icon';
import { Card } from '../../ui/section';
import { Chips, SearchBox } from '../../ui/tools';
import { Crumbs, Foot } from './topicframe';
import { Leaf } from './leaf';
import { TopicList } from './topiclist';
import type { Dispatch, StateUpdater } from 'preact/hooks';

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
