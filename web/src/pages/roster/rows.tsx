/** The rows of the roster that are in view, and moving among them by the keyboard. */
import { ChevronRight } from 'lucide';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
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
import { EARLIER_GROUP, neighbour, offsetsOf, windowOf } from '../../things/roster';
import type { Item } from '../../things/roster';
import { faceOf } from '../../ui/face';
import { Icon } from '../../ui/icon';
import { grouped } from '../../ui/numbers';
import { at, Row, told } from './row';

const HEIGHTS = { row: 57, group: 32 };

const TITLES = new Map(GROUPS.map(({ id, title }) => [id, title]));

export function Rows() {
  const { world } = useLive();
  const { now } = useTime();
  const { selected, select } = useSelection();
  const { map } = useMapState();
  const preferences = usePreferences();
  const { arrangement, earlierOpen, entries, query, whereabouts } = useRoster();
  const { items, shared, rows, counts } = arrangement.value;
  const list = useRef<HTMLUListElement>(null);
  const [scroll, setScroll] = useState({ top: 0, height: 800 });
  const [active, setActive] = useState<Key | null>(null);
  const [wantsFocus, setWantsFocus] = useState(0);
  const offsets = useMemo(() => offsetsOf(items, HEIGHTS), [items]);
  const [first, last] = windowOf(offsets, scroll.top, scroll.height);
  const shown = indexes(first, last, items, active ?? selected.value);
  useChanges(({ keys, kinds }) => {
    if (kinds.has('face')) return true;
    return shown.some((index) => {
      const item = items[index];
      return item?.type === 'row' && keys.has(item.entry.key);
    });
  });

  useLayoutEffect(() => {
    const element = list.current;
    if (!element) return;
    const measure = () => {
      setScroll({ top: element.scrollTop, height: element.clientHeight });
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => {
      observer.disconnect();
    };
  }, []);

  useEffect(() => {
    if (wantsFocus === 0 || active === null) return;
    list.current?.querySelector<HTMLElement>(`[data-thing="${CSS.escape(active)}"]`)?.focus();
  }, [wantsFocus, active]);

  const reveal = (key: Key) => {
    const element = list.current;
    const index = items.findIndex((item) => item.type === 'row' && item.entry.key === key);
    if (!element || index < 0) return;
    const top = offsets[index] ?? 0;
    const bottom = offsets[index + 1] ?? top;
    if (top < element.scrollTop + HEIGHTS.group) element.scrollTop = top - HEIGHTS.group;
    else if (bottom > element.scrollTop + element.clientHeight - 24) {
      element.scrollTop = bottom - element.clientHeight + 24;
    }
  };

  // Something was chosen on the map: show its row.
  const chosen = selected.value;
  useEffect(() => {
    if (chosen !== null) reveal(chosen);
    // Only when the choice changes: the list must not jump while its order does.
  }, [chosen]);

  const choose = (key: Key) => {
    setActive(key);
    select(key);
    map.value?.flyTo(key);
  };

  const firstRow = items.find((item) => item.type === 'row');
  const stop =
    [active, chosen].find(
      (key) => key !== null && items.some((item) => item.type === 'row' && item.entry.key === key),
    ) ?? (firstRow?.type === 'row' ? firstRow.entry.key : null);

  const onKeyDown = (key: KeyboardEvent) => {
    const from = key.target instanceof HTMLElement ? (key.target.dataset['thing'] ?? null) : null;
    let to: Key | null;
    switch (key.key) {
      case 'ArrowDown':
        to = neighbour(items, from, 1);
        break;
      case 'ArrowUp':
        to = neighbour(items, from, -1);
        break;
      case 'Home':
        to = neighbour(items, null, 1);
        break;
      case 'End':
        to = neighbour(items, null, -1);
        break;
      default:
        return;
    }
    key.preventDefault();
    if (to === null) return;
    reveal(to);
    setActive(to);
    setWantsFocus((n) => n + 1);
  };

  if (items.length === 0) {
    return (
      <p class="nobody">
        {query.value === ''
          ? 'Nobody here just now.'
          : `Nobody of ${grouped(counts.all)} matches “${query.value}”.`}
      </p>
    );
  }
  return (
    <ul
      class="rows"
      ref={list}
      aria-label="Friends and robots"
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
            <li key={`group ${item.group}`} class="group" style={at(top)}>
              {item.group === EARLIER_GROUP ? (
                <button
                  type="button"
                  aria-expanded={earlierOpen.value || query.value !== ''}
                  onClick={() => {
                    earlierOpen.value = !earlierOpen.value;
                  }}
                >
                  <Icon of={ChevronRight} size={14} />
                  Earlier
                  <span>{grouped(item.count)}</span>
                </button>
              ) : (
                <h2>
                  {TITLES.get(item.group)}
                  <span>{grouped(item.count)}</span>
                </h2>
              )}
            </li>
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
            told={told(entry, now.value)}
            face={
              kindOf(key)?.isMachine !== true
                ? faceOf(world.get(keyOf('face', splitKey(key)[1])))
                : undefined
            }
            where={whereabouts(entry)}
            units={preferences.settings.value.units}
            choose={choose}
          />
        );
      })}
    </ul>
  );
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
