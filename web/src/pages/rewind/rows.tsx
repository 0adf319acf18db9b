/** The levels of the topic tree as they were. */
import { plural, t } from '@lingui/core/macro';
import { ChevronRight, Pin } from 'lucide';
import { ageText } from '../../app/ages';
import type { Reply } from '../../net/api';
import { NARROW, useMedia } from '../../ui/hooks';
import { Icon } from '../../ui/icon';
import { brief } from '../../ui/numbers';
import { VirtualRows } from '../../ui/virtual';

export type PastTree = Reply<'GET /topics/tree'>;
export type PastLevel = PastTree['children'][number];

export function PastRows({
  tree,
  chosen,
  open,
}: {
  tree: PastTree;
  /** The whole topic that is looked at. */
  chosen: string | null;
  /** A topic is looked at, or a level with more below is gone to. */
  open(level: PastLevel): void;
}) {
  const narrow = useMedia(NARROW);
  return (
    <VirtualRows
      items={tree.children}
      rowHeight={narrow ? 60 : 34}
      class="topic-rows past"
      role="list"
      label={tree.below === '' ? t`Topics` : t`Topics below ${tree.below}`}
      keyOf={(row) => row.name}
    >
      {(row) => (
        <PastRow
          row={row}
          topic={tree.below + row.name}
          pressed={row.children > 0 ? undefined : tree.below + row.name === chosen}
          at={tree.at}
          press={() => {
            open(row);
          }}
        />
      )}
    </VirtualRows>
  );
}

function PastRow({
  row,
  topic,
  pressed,
  at,
  press,
}: {
  row: PastLevel;
  topic: string;
  pressed: boolean | undefined;
  at: number;
  press(): void;
}) {
  const differs = row.differs === true;
  return (
    <button
      type="button"
      class="topic-row"
      data-topic={topic}
      data-differs={differs}
      aria-pressed={pressed}
      onClick={press}
    >
      <span class="topic-name">
        <code class="ellipsis">{row.name === '' ? t`(empty)` : row.name}</code>
        {row.retained > 0 && (
          <span
            class="kept"
            role="img"
            aria-label={plural(row.retained, {
              one: '# retained message',
              other: '# retained messages',
            })}
          >
            <Icon of={Pin} size={12} />
          </span>
        )}
        {pressed === undefined && (
          <>
            <small class="below">{brief(row.topics)}</small>
            <Icon of={ChevronRight} size={14} />
          </>
        )}
      </span>
      <span class="value ellipsis">{row.count > 0 && <code>{row.hex ?? row.last}</code>}</span>
      <span class="figure-of differs">{differs && t`differs now`}</span>
      <span class="figure-of">
        {brief(row.messages)}
        <small>{t`msg`}</small>
      </span>
      <span class="figure-of age">{row.at === undefined ? '' : ageText(at - row.at)}</span>
    </button>
  );
}
