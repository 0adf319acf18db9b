/** Who is where: every region with somebody in it and since when; the empty ones folded away. */
import { ChevronRight, MapPinned, Plus, Search } from 'lucide';
import { useMemo, useState } from 'preact/hooks';
import { grouped } from '../../ui/numbers';
import {
  useChanges,
  useLive,
  useTime,
  useWho,
  useSelection,
  usePreferences,
  useServer,
  useLayout,
} from '../../app/context';
import { useRegions } from './context';
import { usePast } from '../../past/context';
import { Icon } from '../../ui/icon';
import { mayKeepRegions, mayShareRegions } from '../../app/visitor';
import type { Key } from '../../app/world';
import { plain, orderOf } from '../names';
import { RegionSign, Somebody, useNames } from './pieces';
import { readRegion } from './read';
import type { Region } from './read';
import type { Stay } from './stays';
import { longText, shapeText, verdictText, whoseText } from './wording';

/** At most so many people are shown of one region, and so many regions in all. */
const MOST_PEOPLE = 20;
const MOST_REGIONS = 300;
/** From so many regions on one wants to search. */
const MANY = 7;

export interface BoardRow {
  readonly region: Region;
  readonly stays: readonly Stay[];
}

/**
 * The regions in order of their names, with who is in them; those of which neither the name nor
 * anybody in them has the words that are looked for are left out.
 */
export function boardOf(
  regions: Iterable<Region>,
  staysIn: (id: string) => readonly Stay[],
  query: string,
  nameOf: (key: Key) => string,
): { occupied: BoardRow[]; empty: BoardRow[] } {
  const words = plain(query).split(/\s+/).filter(Boolean);
  const occupied: BoardRow[] = [];
  const empty: BoardRow[] = [];
  for (const region of regions) {
    const stays = staysIn(region.id);
    const text = plain([region.name, ...stays.map(({ thing }) => nameOf(thing))].join(' '));
    if (!words.every((word) => text.includes(word))) continue;
    (stays.length > 0 ? occupied : empty).push({ region, stays });
  }
  const byName = (a: BoardRow, b: BoardRow) => {
    const [one, other] = [orderOf(a.region.name), orderOf(b.region.name)];
    return one < other ? -1 : one > other ? 1 : a.region.id < b.region.id ? -1 : 1;
  };
  return { occupied: occupied.sort(byName), empty: empty.sort(byName) };
}

export function RegionBoard() {
  const { world, ready } = useLive();
  const { stays } = useRegions();
  const [query, setQuery] = useState('');
  const [open, setOpen] = useState(false);
  const nameOf = useNames();
  useChanges(({ kinds }) => kinds.has('region') || kinds.has('stay') || kinds.size === 0);
  const regions = [...world.kind('region').values()].map(readRegion);
  const { occupied, empty } = boardOf(regions, (id) => stays.in(id), query, nameOf);
  const shown = occupied.slice(0, MOST_REGIONS);
  const spread = open || query !== '';
  return (
    <>
      <header>
        <p class="summary">
          {!ready.value ? (
            'Waiting for the first picture…'
          ) : (
            <>
              <span>
                <strong>{grouped(stays.people)}</strong> in a region
              </span>
              <span>
                <strong>{grouped(regions.length)}</strong>{' '}
                {regions.length === 1 ? 'region' : 'regions'}
              </span>
            </>
          )}
        </p>
        {regions.length >= MANY && (
          <div class="search" role="search">
            <Icon of={Search} size={16} />
            <input
              id="search"
              type="search"
              autocomplete="off"
              spellcheck={false}
              placeholder="Find a region or somebody in one"
              aria-label="Find a region or somebody in one"
              value={query}
              onInput={(input) => {
                setQuery(input.currentTarget.value);
              }}
            />
          </div>
        )}
        <NewRegion first={regions.length === 0} />
      </header>
      <div class="board" tabIndex={0} role="group" aria-label="Who is where">
        {ready.value && regions.length === 0 && <NoRegions />}
        {regions.length > 0 && occupied.length + empty.length === 0 && (
          <p class="nobody">No region matches “{query}”.</p>
        )}
        {regions.length > 0 && occupied.length === 0 && empty.length > 0 && query === '' && (
          <p class="nobody">Nobody is in any of them just now.</p>
        )}
        <ul aria-label="Regions with somebody in them">
          {shown.map((row) => (
            <BoardItem key={row.region.id} row={row} />
          ))}
        </ul>
        {occupied.length > shown.length && (
          <p class="nobody">
            {grouped(occupied.length - shown.length)} more; search for the one you want.
          </p>
        )}
        {empty.length > 0 && (
          <>
            <p class="group">
              <button
                type="button"
                aria-expanded={spread}
                onClick={() => {
                  setOpen(!open);
                }}
              >
                <Icon of={ChevronRight} size={14} />
                Nobody inside
                <span>{grouped(empty.length)}</span>
              </button>
            </p>
            {spread && (
              <ul aria-label="Regions with nobody in them">
                {empty.slice(0, MOST_REGIONS).map((row) => (
                  <BoardItem key={row.region.id} row={row} />
                ))}
              </ul>
            )}
          </>
        )}
      </div>
    </>
  );
}

function BoardItem({ row: { region, stays } }: { row: BoardRow }) {
  const { now } = useTime();
  const { visitor } = useWho();
  const { selected, show } = useSelection();
  const preferences = usePreferences();
  const [all, setAll] = useState(false);
  const shown = all ? stays : stays.slice(0, MOST_PEOPLE);
  const { units } = preferences.settings.value;
  const about = `${whoseText(region, visitor.name)} · ${shapeText(region.shape, units).toLowerCase()}`;
  return (
    <li class="board-item" data-region={region.key} data-inside={stays.length}>
      <button
        type="button"
        class="row region-row"
        aria-current={selected.value === region.key ? 'true' : undefined}
        onClick={() => {
          show(region.key);
        }}
      >
        <RegionSign region={region} />
        <span class="who">
          <span class="name">{region.name}</span>
          <span class="where">
            <span class="ellipsis">{about}</span>
          </span>
        </span>
        <span class="count" data-none={stays.length === 0}>
          {grouped(stays.length)}
          <span class="hidden"> inside</span>
        </span>
      </button>
      {shown.length > 0 && (
        <ul class="inside" aria-label={`In ${region.name}`}>
          {shown.map((stay) => (
            <li key={stay.thing}>
              <Somebody of={stay.thing}>
                <StayLine stay={stay} now={now.value} />
              </Somebody>
            </li>
          ))}
        </ul>
      )}
      {stays.length > shown.length && (
        <button
          type="button"
          class="button quiet small more"
          onClick={() => {
            setAll(true);
          }}
        >
          {grouped(stays.length - shown.length)} more
        </button>
      )}
    </li>
  );
}

/** How long, and what is in doubt about it. */
function StayLine({ stay, now }: { stay: Stay; now: number }) {
  const long = stay.since === undefined ? undefined : longText(now - stay.since);
  return (
    <>
      {stay.disputed && (
        <span class="doubt" title={verdictText(stay)}>
          {stay.by === 'phone' ? 'phone only' : 'server only'}
          <span class="hidden">: {verdictText(stay)}</span>
        </span>
      )}
      <time class="number">{long ?? '–'}</time>
    </>
  );
}

/** Ways to begin a new one, for those who may. */
export function NewRegion({ first = false }: { first?: boolean }) {
  const { connection } = useServer();
  const { visitor } = useWho();
  const { stop } = useLayout();
  const { regions } = useRegions();
  const past = usePast();
  const shares = mayShareRegions(visitor);
  const editing = regions.editing.value !== null;
  const offline = connection.value.state !== 'live' || past.past.value;
  const draw = useMemo(
    () => () => {
      stop.value = 'low';
      regions.draw('circle', shares);
    },
    [regions, shares, stop],
  );
  if (!shares && !mayKeepRegions(visitor)) return null;
  return (
    <button
      type="button"
      class={`button new-region${first ? ' primary' : ''}`}
      disabled={editing || offline}
      onClick={draw}
    >
      <Icon of={Plus} size={16} />
      New region
    </button>
  );
}

function NoRegions() {
  const { visitor } = useWho();
  const draws = mayShareRegions(visitor) || mayKeepRegions(visitor);
  return (
    <div class="empty">
      <Icon of={MapPinned} size={28} />
      <h2>No regions yet</h2>
      <p>
        {draws
          ? 'Draw a circle or a polygon on the map: who comes and goes is then shown here, told as it happens, and sent to phones and to other programs.'
          : 'When there are regions that you may see, this shows who is in them and since when.'}
      </p>
      <p>Waypoints of phones appear here by themselves.</p>
    </div>
  );
}
