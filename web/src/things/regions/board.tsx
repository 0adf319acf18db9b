/** Who is where: every region with somebody in it and since when; the empty ones folded away. */
import { plural, t } from '@lingui/core/macro';
import { Plural, Trans } from '@lingui/react/macro';
import { ChevronRight, Search } from 'lucide';
import { useState } from 'preact/hooks';
import { useChanges, useLive } from '../../app/context';
import { Icon } from '../../ui/icon';
import { grouped } from '../../ui/numbers';
import { BoardItem } from './boarditem';
import { boardOf } from './boardrows';
import { useRegions } from './context';
import { NewRegion, NoRegions } from './newregion';
import { useNames } from './pieces';
import { readRegion } from './read';
import type { ReadonlySignal } from '@preact/signals';
import type { Visits } from './visits';
import type { Region } from './read';
import type { Dispatch, StateUpdater } from 'preact/hooks';

const MOST_REGIONS = 300;

/** From so many regions on one wants to search. */
const MANY = 7;

export function RegionBoard() {
  const { world, ready } = useLive();
  const { visits } = useRegions();
  const [query, setQuery] = useState('');
  const [open, setOpen] = useState(false);
  const nameOf = useNames();
  useChanges(({ kinds }) => kinds.has('region') || kinds.has('stay') || kinds.size === 0);
  const regions = [...world.kind('region').values()].map(readRegion);
  const { occupied, empty } = boardOf(regions, (id) => visits.in(id), query, nameOf);
  const shown = occupied.slice(0, MOST_REGIONS);
  const spread = open || query !== '';
  return (
    <>
      <BoardHead
        ready={ready}
        visits={visits}
        regions={regions}
        query={query}
        setQuery={setQuery}
      />
      <div class="board" tabIndex={0} role="group" aria-label={t`Who is where`}>
        {ready.value && regions.length === 0 && <NoRegions />}
        {regions.length > 0 && occupied.length + empty.length === 0 && (
          <p class="nobody">
            <Trans>No region matches “{query}”.</Trans>
          </p>
        )}
        {regions.length > 0 && occupied.length === 0 && empty.length > 0 && query === '' && (
          <p class="nobody">{t`Nobody is in any of them just now.`}</p>
        )}
        <ul aria-label={t`Regions with somebody in them`}>
          {shown.map((row) => (
            <BoardItem key={row.region.id} row={row} />
          ))}
        </ul>
        {occupied.length > shown.length && (
          <p class="nobody">
            {plural(occupied.length - shown.length, {
              one: '# more; search for the one you want.',
              other: '# more; search for the one you want.',
            })}
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
                {t`Nobody inside`}
                <span>{grouped(empty.length)}</span>
              </button>
            </p>
            {spread && (
              <ul aria-label={t`Regions with nobody in them`}>
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

function BoardHead({
  ready,
  visits,
  regions,
  query,
  setQuery,
}: {
  ready: ReadonlySignal<boolean>;
  visits: Visits;
  regions: Region[];
  query: string;
  setQuery: Dispatch<StateUpdater<string>>;
}) {
  return (
    <header>
      <p class="summary">
        {!ready.value ? (
          t`Waiting for the first picture…`
        ) : (
          <>
            <span>
              <Trans>
                <strong>{grouped(visits.people)}</strong> in a region
              </Trans>
            </span>
            <span>
              <Plural
                value={regions.length}
                one={
                  <span>
                    <strong>#</strong> region
                  </span>
                }
                other={
                  <span>
                    <strong>#</strong> regions
                  </span>
                }
              />
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
            placeholder={t`Find a region or somebody in one`}
            aria-label={t`Find a region or somebody in one`}
            value={query}
            onInput={(input) => {
              setQuery(input.currentTarget.value);
            }}
          />
        </div>
      )}
      <NewRegion first={regions.length === 0} />
    </header>
  );
}
