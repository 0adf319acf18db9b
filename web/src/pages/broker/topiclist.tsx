/** The rows of one level of the topic tree, or why there are none. */
import { plural, t } from '@lingui/core/macro';
import { ChevronRight, Pin } from 'lucide';
import { ageText } from '../../app/ages';
import { useConsole } from '../../console/context';
import type { TopicNode, TopicPage } from '../../console/topics';
import { NARROW, useMedia } from '../../ui/hooks';
import { Icon } from '../../ui/icon';
import { brief, bytes, fixed } from '../../ui/numbers';
import { VirtualRows } from '../../ui/virtual';

export function TopicList({
  rows,
  page,
  path,
  chosen,
  goTo,
  choose,
  now,
}: {
  rows: readonly TopicNode[];
  page: TopicPage | null;
  path: readonly string[];
  /** The whole topic that is looked at. */
  chosen: string | null;
  goTo: (next: readonly string[]) => void;
  choose: (topic: string, node: TopicNode) => void;
  now: number;
}) {
  const consoleClient = useConsole();
  const narrow = useMedia(NARROW);
  return (
    <>
      {consoleClient.trouble !== null ? (
        <p class="wrong nobody" role="status">
          {consoleClient.trouble}
        </p>
      ) : rows.length === 0 ? (
        <p class="muted nobody">
          {page === null ? t`Waiting for the first page…` : t`Nothing below this.`}
        </p>
      ) : (
        <VirtualRows
          items={rows}
          rowHeight={narrow ? 60 : 34}
          class="topic-rows"
          role="list"
          label={path.length === 0 ? t`Topics` : t`Topics below ${path.join('/')}`}
          keyOf={(row) => row.name}
        >
          {(row) => {
            const topic = [...path, row.name].join('/');
            return (
              <TopicRow
                topic={topic}
                name={row.name}
                row={row}
                pressed={row.children > 0 ? undefined : topic === chosen}
                press={() => {
                  if (row.children > 0) goTo([...path, row.name]);
                  else choose(topic, row);
                }}
                now={now}
              />
            );
          }}
        </VirtualRows>
      )}
    </>
  );
}

/** One row of the tree or of a list. `name` is what is shown of the `topic`, `mark` a text in it. */
export function TopicRow({
  topic,
  name,
  row,
  mark = '',
  pressed,
  press,
  now,
}: {
  topic: string;
  name: string;
  row: TopicNode;
  mark?: string;
  /** Whether it is the one that is looked at; undefined for one that leads further down. */
  pressed: boolean | undefined;
  press(): void;
  now: number;
}) {
  const [before, found, after] = marked(name, mark);
  return (
    <button
      type="button"
      class="topic-row"
      data-topic={topic}
      data-kept={row.retained > 0 ? row.retained : undefined}
      aria-pressed={pressed}
      onClick={press}
    >
      <span class="topic-name">
        <code class="ellipsis" title={mark === '' ? undefined : name}>
          {name === '' ? t`(empty)` : before}
          {found !== '' && <mark>{found}</mark>}
          {after}
        </code>
        {row.retained > 0 && <Retained row={row} />}
        {pressed === undefined && (
          <>
            <small class="below">{brief(row.topics ?? 1)}</small>
            <Icon of={ChevronRight} size={14} />
          </>
        )}
      </span>
      <span class="value ellipsis">{row.count > 0 && <code>{row.hex ?? row.last}</code>}</span>
      <span class="figure-of">
        {row.rate > 0 ? fixed(row.rate, row.rate < 10 ? 1 : 0) : '–'}
        <small>{t`/s`}</small>
      </span>
      <span class="figure-of">
        {brief(row.messages)}
        <small>{t`msg`}</small>
      </span>
      <span class="figure-of size">{bytes(row.size ?? row.bytes)}</span>
      <span class="figure-of age">{row.at === undefined ? '' : ageText(now - row.at)}</span>
    </button>
  );
}

/** That the broker keeps the message of a topic, or messages of topics below it. */
function Retained({ row }: { row: TopicNode }) {
  const words = plural(row.retained, { one: '# retained message', other: '# retained messages' });
  return (
    <span class="kept" role="img" aria-label={words} title={words}>
      <Icon of={Pin} size={12} />
    </span>
  );
}

/** A name around a text in it, whatever its case; the text is empty where it is not in it. */
export function marked(name: string, text: string): [before: string, found: string, after: string] {
  const at = text === '' ? -1 : name.toLowerCase().indexOf(text.toLowerCase());
  if (at < 0) return [name, '', ''];
  return [name.slice(0, at), name.slice(at, at + text.length), name.slice(at + text.length)];
}
