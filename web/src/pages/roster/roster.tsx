/**
 * The list of everyone: the text equivalent of the map. Only the rows in view (and the one with the
 * keyboard's focus) exist; ↑ ↓ Home End move through all of them, Enter selects.
 */
import { ArrowDownUp, ChevronRight, Search, X } from 'lucide';
import { memo } from 'preact/compat';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { ageText } from '../../app/ages';
import { faceOf } from '../../ui/face';
import { brief, grouped, inOneLine, speed } from '../../ui/numbers';
import type { Units } from '../../ui/numbers';
import { APART } from '../../things/freshness';
import { freshnessOf } from '../../things/entry';
import type { Entry } from '../../things/entry';
import { RegionBoard } from '../../things/regions/board';
import { CrossingList } from '../../things/regions/list';
import { readServer } from '../../things/server/read';
import { GROUPS, kindOf } from '../../things';
import { EARLIER_GROUP, neighbour, offsetsOf, windowOf } from '../../things/roster';
import type { Filter, Item, Sort } from '../../things/roster';
import { keyOf, splitKey } from '../../app/world';
import type { Key } from '../../app/world';
import { Avatar } from '../../ui/avatar';
import { Battery } from '../../ui/battery';
import {
  useChanges,
  useThing,
  useNavigation,
  useLive,
  useServer,
  useSelection,
  useMapState,
  useTime,
  usePreferences,
} from '../../app/context';
import { useRoster } from '../../things/context';
import { EmptyState } from './empty';
import { Icon } from '../../ui/icon';
import { SheetGrip } from '../../app/sheet';
import { Status } from '../../things/server/status';
import { RosterViews, useRosterView } from './views';

const HEIGHTS = { row: 57, group: 32 };
const SKELETONS = [0, 1, 2, 3, 4, 5];

const TITLES = new Map(GROUPS.map(({ id, title }) => [id, title]));

const SORTS: readonly [Sort, string][] = [
  ['name', 'Name'],
  ['heard', 'Last heard'],
  ['speed', 'Speed'],
  ['battery', 'Battery, lowest first'],
];

export function Roster() {
  const { tab } = useNavigation();
  const view = useRosterView();
  return (
    <section class="panel roster" id="roster" aria-label="Roster" data-view={tab.value}>
      <SheetGrip />
      <div class="roster-top">
        <div class="title">
          <h1>{view.title}</h1>
          <Status />
        </div>
        <RosterViews />
      </div>
      {view.tab === 'regions' ? (
        <RegionBoard />
      ) : view.tab === 'crossings' ? (
        <CrossingList />
      ) : (
        <Everyone />
      )}
    </section>
  );
}

function Everyone() {
  const { ready } = useLive();
  const { arrangement } = useRoster();
  return (
    <>
      <header>
        <Summary />
        <SearchBox />
        <Chips />
      </header>
      {!ready.value ? (
        <ul class="rows" aria-hidden="true">
          {SKELETONS.map((n) => (
            <li key={n} class="skeleton">
              <i />
              <div>
                <b />
                <u />
              </div>
            </li>
          ))}
        </ul>
      ) : arrangement.value.counts.all === 0 ? (
        <EmptyState />
      ) : (
        <Rows />
      )}
    </>
  );
}

function Summary() {
  const { ready } = useLive();
  const { connection } = useServer();
  const { arrangement } = useRoster();
  const server = useThing(keyOf('server', 'sightline'));
  const { live, stale, offline } = arrangement.value.counts;
  const rate = server ? readServer(server).rate : undefined;
  if (!ready.value) return <p class="summary">Waiting for the first picture…</p>;
  return (
    <p class="summary">
      <span>
        <strong>{grouped(live)}</strong> {connection.value.state === 'lost' ? 'were live' : 'live'}
      </span>
      <span>
        <strong>{grouped(stale)}</strong> stale
      </span>
      {offline > 0 && (
        <span>
          <strong>{grouped(offline)}</strong> offline
        </span>
      )}
      {rate !== undefined && (
        <span>
          <strong>{rate.toFixed(rate > 0 && rate < 10 ? 1 : 0)}</strong> msg/s
        </span>
      )}
    </p>
  );
}

function SearchBox() {
  const { select } = useSelection();
  const { map } = useMapState();
  const { query, arrangement } = useRoster();
  return (
    <div class="search" role="search">
      <Icon of={Search} size={16} />
      <input
        id="search"
        type="search"
        autocomplete="off"
        spellcheck={false}
        placeholder="Find a friend, robot or place"
        aria-label="Find a friend, robot or place"
        aria-keyshortcuts="/"
        value={query.value}
        onInput={(input) => {
          query.value = input.currentTarget.value;
        }}
        onKeyDown={(key) => {
          if (key.key === 'Escape') {
            if (query.value === '') key.currentTarget.blur();
            query.value = '';
            key.stopPropagation();
          } else if (key.key === 'ArrowDown') {
            key.preventDefault();
            document.querySelector<HTMLElement>('.rows [tabindex="0"]')?.focus();
          } else if (key.key === 'Enter') {
            const first = neighbour(arrangement.value.items, null, 1);
            if (first !== null) {
              select(first);
              map.value?.flyTo(first);
            }
          }
        }}
      />
      {query.value === '' ? (
        <kbd aria-hidden="true">/</kbd>
      ) : (
        <button
          type="button"
          class="icon-button small"
          aria-label="Clear the search"
          onClick={() => {
            query.value = '';
            document.getElementById('search')?.focus();
          }}
        >
          <Icon of={X} size={14} />
        </button>
      )}
    </div>
  );
}

function Chips() {
  const { arrangement, filter, sort } = useRoster();
  const { counts } = arrangement.value;
  const chips: readonly (readonly [Filter, string, number | null])[] = [
    ['all', 'All', null],
    ...GROUPS.map(({ id, title }) => [id, title, counts[id] ?? 0] as const),
    ['moving', 'Moving', counts.moving],
  ];
  return (
    <div class="chips" role="group" aria-label="Show">
      {chips.map(([name, word, count]) => (
        <button
          key={name}
          type="button"
          class="chip"
          aria-pressed={filter.value === name}
          onClick={() => {
            filter.value = name;
          }}
        >
          {word}
          {count !== null && <small title={grouped(count)}>{brief(count)}</small>}
        </button>
      ))}
      <label class="chip sort" title="Order of the list">
        <Icon of={ArrowDownUp} size={15} />
        <select
          aria-label="Order of the list"
          value={sort.value}
          onChange={(change) => {
            sort.value = change.currentTarget.value as Sort;
          }}
        >
          {SORTS.map(([name, word]) => (
            <option key={name} value={name}>
              {word}
            </option>
          ))}
        </select>
      </label>
    </div>
  );
}

function Rows() {
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

function at(top: number) {
  return { transform: `translateY(${String(top)}px)` };
}

/** What a row says of time. */
interface Told {
  /** The age of the position; of what has none, of the last contact. */
  readonly age: string;
  /** The age of the last contact, where that is another matter. */
  readonly heard: string;
  readonly moving: boolean;
  /** Whether it is of now. */
  readonly current: boolean;
}

function told(entry: Entry, now: number): Told {
  const { heard, fixed = heard } = entry;
  const { moving, current } = freshnessOf(entry, now);
  return {
    age: fixed === undefined ? '' : ageText(now - fixed),
    heard:
      heard !== undefined && fixed !== undefined && heard - fixed >= APART && !current
        ? ageText(now - heard)
        : '',
    moving,
    // What has no position is of now whenever it is heard.
    current: current || !kindOf(entry.key)?.marker,
  };
}

interface RowProps {
  readonly entry: Entry;
  readonly top: number;
  readonly nth: number;
  readonly of: number;
  readonly qualified: boolean;
  readonly selected: boolean;
  /** Whether the Tab key stops here. */
  readonly stop: boolean;
  readonly told: Told;
  readonly face: string | undefined;
  readonly where: string;
  readonly units: Units;
  choose(key: Key): void;
}

const Row = memo(
  function Row(props: RowProps) {
    const { entry, selected, told } = props;
    const robot = kindOf(entry.key)?.isMachine === true;
    const doing = [
      ...(entry.speed === undefined
        ? []
        : [`${told.current ? '' : 'was '}${inOneLine(speed(entry.speed, props.units))}`]),
      ...(entry.note === '' ? [] : [entry.note]),
      ...(told.heard === '' ? [] : [`heard ${told.heard} ago`]),
    ].join(' · ');
    return (
      <li class="item" style={at(props.top)} aria-posinset={props.nth} aria-setsize={props.of}>
        <button
          type="button"
          class="row"
          data-thing={entry.key}
          data-presence={entry.presence}
          data-moving={told.moving}
          data-current={told.current}
          aria-current={selected ? 'true' : undefined}
          tabIndex={props.stop ? 0 : -1}
          onClick={() => {
            props.choose(entry.key);
          }}
        >
          <Avatar
            colour={entry.colour}
            initials={entry.initials}
            presence={entry.presence}
            robot={robot}
            face={props.face}
          />
          <span class="who">
            <span class="name">
              {entry.name}
              {props.qualified && entry.qualifier && <small> {entry.qualifier}</small>}
            </span>
            <span class="where">
              {props.where !== '' && <span class="ellipsis">{props.where}</span>}
              {doing !== '' && <span>{doing}</span>}
            </span>
          </span>
          <span class="right">
            <span class="age">
              {entry.presence !== 'live' && <span class="hidden">{entry.presence}, </span>}
              {told.age}
              {told.age !== '' && <span class="hidden"> ago</span>}
            </span>
            {entry.battery !== undefined && (
              <Battery percent={entry.battery} charging={entry.charging} />
            )}
          </span>
        </button>
      </li>
    );
  },
  (a, b) =>
    a.entry === b.entry &&
    a.top === b.top &&
    a.nth === b.nth &&
    a.of === b.of &&
    a.qualified === b.qualified &&
    a.selected === b.selected &&
    a.stop === b.stop &&
    a.told.age === b.told.age &&
    a.told.heard === b.told.heard &&
    a.told.moving === b.told.moving &&
    a.told.current === b.told.current &&
    a.face === b.face &&
    a.where === b.where &&
    a.units === b.units,
);
