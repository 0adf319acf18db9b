/** The rows of one level of the topic tree, or why there are none. */
import { ChevronRight } from 'lucide';
import type { Dispatch, StateUpdater } from 'preact/hooks';
import { ageText } from '../../app/ages';
import type { ConsoleClient } from '../../console/client';
import type { TopicNode, TopicPage } from '../../console/topics';
import { Icon } from '../../ui/icon';
import { brief, bytes, grouped } from '../../ui/numbers';
import { VirtualRows } from '../../ui/virtual';

export function TopicList({
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
            <small class="below">{brief(row.topics ?? 1)}</small>
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
