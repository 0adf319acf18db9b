/** The rows of the roster that are in view, and moving among them by the keyboard. */
import { t } from '@lingui/core/macro';
import { ChevronRight } from 'lucide';
import { useMemo, useRef } from 'preact/hooks';
import {
  useChanges,
  useLive,
  useMapState,
  usePreferences,
  useSelection,
  useTime,
} from '../../app/context';
import { keyOf, splitKey } from '../../app/world';
import type { Key } from '../../app/world';
import { GROUPS, kindOf } from '../../things';
import { useRoster } from '../../things/context';
import { freshnessOf } from '../../things/entry';
import { EARLIER_GROUP, offsetsOf, windowOf } from '../../things/roster';
import type { Item } from '../../things/roster';
import { faceOf } from '../../ui/face';
import { Icon } from '../../ui/icon';
import { grouped } from '../../ui/numbers';
import { HEIGHTS, useMoves, useScroll } from './moves';
import { at, Row, rowFreshness } from './row';
import type { Signal } from '@preact/signals';

/** What the head of a group says. */
function titleOf(group: string): string | undefined {
  return GROUPS.find(({ id }) => id === group)?.title;
}

export function Rows() {
  const { world } = useLive();
  const { now } = useTime();
  const { selected, select } = useSelection();
  const { map } = useMapState();
  const preferences = usePreferences();
  const { arrangement, earlierOpen, entries, query, linksShown, placeText } = useRoster();
  const { items, shared, rows, counts } = arrangement.value;
  const list = useRef<HTMLUListElement>(null);
  const [scroll, setScroll] = useScroll(list);
  const offsets = useMemo(() => offsetsOf(items, HEIGHTS), [items]);
  const chosen = selected.value;
  const { active, setActive, onKeyDown } = useMoves(list, items, offsets, chosen);
  const [first, last] = windowOf(offsets, scroll.top, scroll.height);
  const shown = indexes(first, last, items, active ?? chosen);
  useChanges(({ keys, kinds }) => {
    if (kinds.has('face')) return true;
    return shown.some((index) => {
      const item = items[index];
      return item?.type === 'row' && keys.has(item.entry.key);
    });
  });
  const choose = (key: Key) => {
    setActive(key);
    select(key);
    map.value?.flyTo(key);
  };
  const stop = stopOf(items, [active, chosen]);
  if (items.length === 0) {
    return (
      <p class="nobody">
        {query.value === ''
          ? t`Nobody here just now.`
          : t`Nobody of ${grouped(counts.all)} matches “${query.value}”.`}
      </p>
    );
  }
  return (
    <ul
      class="rows"
      ref={list}
      aria-label={t`Friends and robots`}
      onScroll={(scrolling) => {
        const { scrollTop, clientHeight } = scrolling.currentTarget;
        setScroll({ top: scrollTop, height: clientHeight });
      }}
      onKeyDown={onKeyDown}
    >
      <li
        class="extent"
        aria-hidden="true"
        style={{ height: `${String(offsets[items.length] ?? 0)}px` }}
      />
      {shown.map((index) => {
        const item = items[index];
        if (!item) return null;
        const top = offsets[index] ?? 0;
        if (item.type === 'group') {
          return (
            <GroupHead
              key={`group ${item.group}`}
              item={item}
              top={top}
              earlierOpen={earlierOpen}
              query={query}
            />
          );
        }
        const key = item.entry.key;
        const entry = entries.get(key) ?? item.entry;
        return (
          <Row
            key={key}
            entry={entry}
            top={top}
            nth={item.nth}
            of={rows}
            qualified={shared.has(entry.name)}
            selected={chosen === key}
            stop={stop === key}
            freshness={rowFreshness(freshnessOf(entry, linksShown.value, now.value), now.value)}
            face={
              kindOf(key)?.isMachine !== true
                ? faceOf(world.get(keyOf('face', splitKey(key)[1])))
                : undefined
            }
            where={placeText(entry)}
            units={preferences.settings.value.units}
            choose={choose}
          />
        );
      })}
    </ul>
  );
}

function GroupHead({
  item,
  top,
  earlierOpen,
  query,
}: {
  item: { readonly type: 'group'; readonly group: string; readonly count: number };
  top: number;
  earlierOpen: Signal<boolean>;
  query: Signal<string>;
}) {
  return (
    <li class="group" style={at(top)}>
      {item.group === EARLIER_GROUP ? (
        <button
          type="button"
          aria-expanded={earlierOpen.value || query.value !== ''}
          onClick={() => {
            earlierOpen.value = !earlierOpen.value;
          }}
        >
          <Icon of={ChevronRight} size={14} />
          {t`Earlier`}
          <span>{grouped(item.count)}</span>
        </button>
      ) : (
        <h2>
          {titleOf(item.group)}
          <span>{grouped(item.count)}</span>
        </h2>
      )}
    </li>
  );
}

/** The row at which the Tab key stops: the first of the wanted ones that is listed, else the first of all. */
function stopOf(items: readonly Item[], wanted: readonly (Key | null)[]): Key | null {
  const listed = (key: Key | null) =>
    key !== null && items.some((item) => item.type === 'row' && item.entry.key === key);
  const first = items.find((item) => item.type === 'row');
  return wanted.find(listed) ?? (first?.type === 'row' ? first.entry.key : null);
}

/** The items in view, and the row that must not vanish because it has the focus. */
function indexes(first: number, last: number, items: readonly Item[], keep: Key | null): number[] {
  const shown: number[] = [];
  for (let index = first; index < last; index++) shown.push(index);
  if (keep !== null) {
    const index = items.findIndex((item) => item.type === 'row' && item.entry.key === keep);
    if (index >= 0 && (index < first || index >= last)) shown.push(index);
  }
  return shown;
}
