/**
 * The tree of topics, one level at a time, or all of it in one list: what came where, how often, how
 * much, and what last. Only the page in view is followed, so a broker with twenty thousand topics
 * costs as much as a small one. A search goes through the whole tree, on the server.
 */
import { t } from '@lingui/core/macro';
import { Ear, History, Pin } from 'lucide';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { useTime } from '../../app/context';
import { useConsole } from '../../console/context';
import { inOrder } from '../../console/topics';
import type { TopicNode, TopicOrder, View } from '../../console/topics';
import type { Broker } from '../../things/broker/read';
import { usePast } from '../../past/context';
import { useCalmly, useTicks } from '../../ui/hooks';
import { Icon } from '../../ui/icon';
import { lazily } from '../../ui/lazily';
import { Card } from '../../ui/section';
import { Chip, Chips, SearchBox } from '../../ui/tools';
import { Crumbs, Foot } from './topicframe';
import { Leaf } from './leaf';
import { TopicList } from './topiclist';
import { FoundFoot, FoundList, useFoundTopics } from './topicsearch';
import type { TopicWish } from './topicsearch';
import type { PastTopicsProps } from '../rewind/page';

const orders = (): readonly (readonly [TopicOrder, string])[] => [
  ['name', t`Name`],
  ['rate', t`Rate`],
  ['messages', t`Messages`],
  ['age', t`Newest`],
];

const layouts = (): readonly (readonly [Layout, string])[] => [
  ['tree', t`Tree`],
  ['list', t`List`],
];

type Layout = 'tree' | 'list';

/** What the tools above the topics say. */
interface Tools extends TopicWish {
  readonly layout: Layout;
  readonly order: TopicOrder;
  /** Everything is subscribed for it. */
  readonly all: boolean;
}

const BEGINNING: Tools = {
  text: '',
  values: false,
  retained: false,
  layout: 'tree',
  order: 'name',
  all: false,
};

/** A search waits so long for the next key, in milliseconds. */
const TYPING = 200;

/** The topics of the moment that is looked at: now, or as they are recorded. */
export function TopicsPart({ broker }: { broker: Broker | undefined }) {
  const past = usePast();
  const { clock } = useTime();
  const [begin, setBegin] = useState<Beginning>({ path: [], topic: null });
  if (past.past.value) return <PastTopics broker={broker?.id} {...begin} />;
  return (
    <LiveTopics
      broker={broker}
      rewind={(place) => {
        setBegin(place);
        past.go(Math.floor(clock.live()) - BACK);
      }}
    />
  );
}

type Beginning = Pick<PastTopicsProps, 'path' | 'topic'>;

const PastTopics = lazily<PastTopicsProps>(async () => (await import('../rewind/page')).PastTopics);

/** How far back the first look goes, in seconds. */
const BACK = 3600;

function LiveTopics({
  broker,
  rewind,
}: {
  broker: Broker | undefined;
  rewind(place: Beginning): void;
}) {
  const { clock } = useTime();
  const [tools, setTools] = useState(BEGINNING);
  const [path, setPath] = useState<readonly string[]>([]);
  /** Where the pages before this one began. */
  const [pages, setPages] = useState<readonly (string | undefined)[]>([undefined]);
  /** The topic that is looked at, as it was when it was chosen. */
  const [chosen, setChosen] = useState<{ topic: string; node: TopicNode } | null>(null);
  useTicks(1000, true);
  const id = broker?.id;
  const text = useSettled(tools.text.trim(), TYPING);
  const { values, retained, order } = tools;
  const wish =
    text !== '' || retained || tools.layout === 'list' ? { text, values, retained } : null;
  useEffect(() => {
    setPages([undefined]);
  }, [JSON.stringify(wish)]);
  const after = pages.at(-1);
  const page = useTopicPage(id, path, tools.all, wish === null ? after : undefined);
  const found = useFoundTopics(id, wish, after);
  const rows = useMemo(() => inOrder(page?.children ?? [], order), [page, order]);
  const goTo = (next: readonly string[]) => {
    setPath(next);
    setTools({ ...tools, text: '', retained: false, layout: 'tree' });
    setPages([undefined]);
    setChosen(null);
  };
  const choose = (topic: string, node: TopicNode) => {
    setChosen(topic === chosen?.topic ? null : { topic, node });
  };
  const here = page?.node;
  const listed = wish === null ? rows : found.is === 'found' ? found.answer.found : [];
  const open =
    chosen &&
    (listed.find((row) => topicOf(wish === null ? path : [], row) === chosen.topic) ?? chosen.node);
  const leaf = open ?? (wish === null && here && here.count > 0 ? here : null);
  const now = clock.seconds();
  return (
    <div class={leaf ? 'topics-part with-open' : 'topics-part'}>
      <Card
        name={t`Topics`}
        class="topics tall"
        aside={
          <TopicTools
            tools={tools}
            change={(part) => setTools({ ...tools, ...part })}
            rewind={() => {
              rewind({ path, topic: chosen?.topic ?? null });
            }}
          />
        }
      >
        {wish === null ? (
          <>
            <Crumbs path={path} goTo={goTo} broker={broker} here={here} />
            <TopicList
              rows={rows}
              page={page}
              path={path}
              chosen={chosen?.topic ?? null}
              goTo={goTo}
              choose={choose}
              now={now}
            />
            {page && <Foot page={page} all={tools.all} pages={pages} setPages={setPages} />}
          </>
        ) : (
          <>
            <FoundList
              found={found}
              wish={wish}
              order={order}
              chosen={chosen?.topic ?? null}
              choose={(node) => {
                choose(node.name, node);
              }}
              now={now}
            />
            <FoundFoot found={found} wish={wish} pages={pages} turn={setPages} />
          </>
        )}
      </Card>
      {leaf && (
        <Leaf
          node={leaf}
          topic={chosen?.topic ?? path.join('/')}
          broker={id ?? ''}
          now={now}
          showInTree={wish === null ? undefined : goTo}
        />
      )}
    </div>
  );
}

function topicOf(path: readonly string[], { name }: TopicNode): string {
  return [...path, name].join('/');
}

/** The page of the tree below a path, which is followed while it is looked at. */
function useTopicPage(
  broker: string | undefined,
  path: readonly string[],
  all: boolean,
  after: string | undefined,
) {
  const consoleClient = useConsole();
  useCalmly(consoleClient, 100);
  const asked = JSON.stringify([broker, path, all, after]);
  useEffect(() => {
    if (broker === undefined) return;
    const view: View = { broker, path, find: '', all, ...(after === undefined ? {} : { after }) };
    consoleClient.look(view);
  }, [consoleClient, asked]);
  useEffect(
    () => () => {
      consoleClient.look(null);
    },
    [consoleClient],
  );
  return consoleClient.page;
}

/** A value once it has not changed for a time, in milliseconds. */
function useSettled<T>(value: T, time: number): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => {
      setSettled(value);
    }, time);
    return () => {
      clearTimeout(timer);
    };
  }, [value, time]);
  return settled;
}

function TopicTools({
  tools,
  change,
  rewind,
}: {
  tools: Tools;
  change(part: Partial<Tools>): void;
  rewind(): void;
}) {
  return (
    <div class="tools">
      <SearchBox
        label={t`Search all topics`}
        hint={t`Search all topics`}
        value={tools.text}
        set={(text) => {
          change({ text });
        }}
      />
      {tools.text !== '' && (
        <Chip
          on={tools.values}
          press={() => {
            change({ values: !tools.values });
          }}
        >{t`Also in values`}</Chip>
      )}
      <Chips
        label={t`Show as`}
        of={layouts()}
        value={tools.layout}
        set={(layout) => {
          change({ layout });
        }}
      />
      <Chip
        on={tools.retained}
        press={() => {
          change({ retained: !tools.retained });
        }}
      >
        <Icon of={Pin} size={12} /> {t`Retained`}
      </Chip>
      <Chips
        label={t`Order`}
        of={orders()}
        value={tools.order}
        set={(order) => {
          change({ order });
        }}
      />
      <button
        type="button"
        class="button"
        aria-pressed={tools.all}
        title={t`Subscribe # while this is looked at: also what Sightline itself does not listen to`}
        onClick={() => {
          change({ all: !tools.all });
        }}
      >
        <Icon of={Ear} size={14} />
        {t`Hear everything`}
      </button>
      <button
        type="button"
        class="button"
        title={t`The topics as they were, as far as they are recorded`}
        onClick={rewind}
      >
        <Icon of={History} size={14} />
        {t`Rewind`}
      </button>
    </div>
  );
}
