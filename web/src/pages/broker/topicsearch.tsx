/** Topics found in the whole tree, or all of them in one list; asked for again while looked at. */
import { plural, t } from '@lingui/core/macro';
import { useEffect, useState } from 'preact/hooks';
import { useServer } from '../../app/context';
import { Refused } from '../../net/requests';
import type { Granted } from '../../net/requests';
import { grouped } from '../../ui/numbers';
import { NARROW, useMedia } from '../../ui/hooks';
import { VirtualRows } from '../../ui/virtual';
import { inOrder } from '../../console/topics';
import type { TopicNode, TopicOrder } from '../../console/topics';
import { Pager } from './topicframe';
import { TopicRow } from './topiclist';

/** What is looked for. An empty text finds everything. */
export interface TopicWish {
  readonly text: string;
  /** Also in the beginning of values. */
  readonly values: boolean;
  /** Only what the broker keeps. */
  readonly retained: boolean;
}

export type FoundTopics =
  | { readonly is: 'waiting' }
  | { readonly is: 'refused'; readonly why: string }
  | { readonly is: 'found'; readonly answer: Granted<'findtopics'> };

/** Between an answer and the next question, in milliseconds: a large tree is work for the server. */
const AGAIN = 5000;
/** A large tree on a busy server takes its time, in milliseconds. */
const WITHIN = 30_000;

/** Topics of a broker as wished, from `after` on; nothing is asked without a wish. */
export function useFoundTopics(
  broker: string | undefined,
  wish: TopicWish | null,
  after: string | undefined,
): FoundTopics {
  const { requests, connection } = useServer();
  const live = connection.value.state === 'live';
  const asked = JSON.stringify([broker, wish, after]);
  const [known, setKnown] = useState<{ of: string; found: FoundTopics } | null>(null);
  useEffect(() => {
    if (broker === undefined || wish === null || !live) return;
    let over = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const keep = (found: FoundTopics) => {
      if (!over) setKnown({ of: asked, found });
    };
    const ask = async () => {
      try {
        const fields = { broker, ...wish, ...(after === undefined ? {} : { after }) };
        keep({ is: 'found', answer: await requests.ask('findtopics', fields, WITHIN) });
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        if (error.code !== 'superseded') keep({ is: 'refused', why: error.message });
      }
      if (!over) timer = setTimeout(() => void ask(), AGAIN);
    };
    void ask();
    return () => {
      over = true;
      clearTimeout(timer);
    };
  }, [requests, asked, live]);
  return known?.of === asked ? known.found : { is: 'waiting' };
}

/** Why nothing is listed. */
export function noneText({ text, values, retained }: TopicWish): string {
  if (text === '') {
    return retained ? t`No retained message has been heard.` : t`No message has been heard yet.`;
  }
  if (values) return t`No topic has “${text}” in its name or in the beginning of its value.`;
  return retained
    ? t`No retained topic has “${text}” in its name.`
    : t`No topic has “${text}” in its name.`;
}

/** How many there are. */
export function totalText({ total, topics }: Granted<'findtopics'>): string {
  const found = grouped(total);
  return t`${found} of ${plural(topics, { one: '# topic', other: '# topics' })}`;
}

export function FoundList({
  found,
  wish,
  order,
  chosen,
  choose,
  now,
}: {
  found: FoundTopics;
  wish: TopicWish;
  order: TopicOrder;
  chosen: string | null;
  choose(topic: TopicNode): void;
  now: number;
}) {
  const narrow = useMedia(NARROW);
  if (found.is === 'waiting') return <p class="muted nobody">{t`Searching…`}</p>;
  if (found.is === 'refused') {
    return (
      <p class="wrong nobody" role="status">
        {found.why}
      </p>
    );
  }
  const rows = inOrder(found.answer.found, order);
  if (rows.length === 0) {
    return (
      <p class="muted nobody" role="status">
        {noneText(wish)}
      </p>
    );
  }
  return (
    <VirtualRows
      items={rows}
      rowHeight={narrow ? 60 : 34}
      class="topic-rows found"
      role="list"
      label={t`Topics found`}
      keyOf={(row) => row.name}
    >
      {(row) => (
        <TopicRow
          topic={row.name}
          name={row.name}
          row={row}
          mark={wish.text}
          pressed={row.name === chosen}
          press={() => {
            choose(row);
          }}
          now={now}
        />
      )}
    </VirtualRows>
  );
}

export function FoundFoot({
  found,
  wish,
  pages,
  turn,
}: {
  found: FoundTopics;
  wish: TopicWish;
  pages: readonly (string | undefined)[];
  turn(pages: readonly (string | undefined)[]): void;
}) {
  if (found.is !== 'found') return null;
  const { after } = found.answer;
  return (
    <p class="note foot" data-found={found.answer.total}>
      <span role="status">{totalText(found.answer)}</span>
      {wish.values && wish.text !== '' && (
        <span>{t`Of a long value only the beginning is searched.`}</span>
      )}
      {(pages.length > 1 || after !== undefined) && (
        <Pager pages={pages} turn={turn} after={after} />
      )}
    </p>
  );
}
