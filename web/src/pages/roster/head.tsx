/** The head of the roster: how many are live, the search, filters and order. */
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { ArrowDownUp, Search, X } from 'lucide';
import { useLive, useMapState, useSelection, useThing, useTime } from '../../app/context';
import { shortTimeText } from '../../app/ages';
import { keyOf } from '../../app/world';
import { ExplainedTerm } from '../../things/explainedterm';
import { GROUPS } from '../../things';
import { useRoster } from '../../things/context';
import { neighbour } from '../../things/roster';
import type { Filter, Sort } from '../../things/roster';
import { useLocalities } from '../../things/localities/context';
import { readServer } from '../../things/server/read';
import { Icon } from '../../ui/icon';
import { brief, fixed, grouped } from '../../ui/numbers';
import { goTo } from './places';

const SORTS: readonly [Sort, () => string][] = [
  ['name', () => t`Name`],
  ['heard', () => t`Last heard`],
  ['speed', () => t`Speed`],
  ['battery', () => t`Battery, lowest first`],
];

export function Summary() {
  const { ready } = useLive();
  const { now } = useTime();
  const { arrangement, whole } = useRoster();
  const server = useThing(keyOf('server', 'sightline'));
  const { live, stale, offline, cut } = arrangement.value.counts;
  const { paused, asOf } = whole.value;
  const time = asOf === undefined ? '' : shortTimeText(asOf, now.peek());
  const rate = server ? readServer(server).rate : undefined;
  if (!ready.value) return <p class="summary">{t`Waiting for the first picture…`}</p>;
  return (
    <p class="summary">
      {paused === null && (
        <>
          <span>
            <Trans>
              <strong>{grouped(live)}</strong> <ExplainedTerm of="live">live</ExplainedTerm>
            </Trans>
          </span>
          <span>
            <Trans>
              <strong>{grouped(stale)}</strong> <ExplainedTerm of="stale">stale</ExplainedTerm>
            </Trans>
          </span>
        </>
      )}
      {offline > 0 && (
        <span>
          <Trans>
            <strong>{grouped(offline)}</strong> <ExplainedTerm of="offline">offline</ExplainedTerm>
          </Trans>
        </span>
      )}
      {cut > 0 && (
        <span>
          {paused === null || asOf === undefined ? (
            <Trans>
              <strong>{grouped(cut)}</strong> not heard now
            </Trans>
          ) : (
            <Trans>
              <strong>{grouped(cut)}</strong> as of {time}
            </Trans>
          )}
        </span>
      )}
      {rate !== undefined && (
        <span class="summary-rate">
          <Trans>
            <strong>{fixed(rate, rate > 0 && rate < 10 ? 1 : 0)}</strong> msg/s
          </Trans>
        </span>
      )}
    </p>
  );
}

export function SearchBox() {
  const { select } = useSelection();
  const { map } = useMapState();
  const { query, arrangement } = useRoster();
  const { found } = useLocalities();
  return (
    <div class="search" role="search">
      <Icon of={Search} size={16} />
      <input
        id="search"
        type="search"
        autocomplete="off"
        spellcheck={false}
        placeholder={t`Find a friend, robot or place`}
        aria-label={t`Find a friend, robot or place`}
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
            document
              .querySelector<HTMLElement>('.rows [tabindex="0"], .found-places button')
              ?.focus();
          } else if (key.key === 'Enter') {
            const first = neighbour(arrangement.value.items, null, 1);
            const place = found.value[0];
            if (first !== null) {
              select(first);
              map.value?.flyTo(first);
            } else if (place) goTo(map.value, place);
          }
        }}
      />
      {query.value === '' ? (
        <kbd aria-hidden="true">/</kbd>
      ) : (
        <button
          type="button"
          class="icon-button small"
          aria-label={t`Clear the search`}
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

export function Chips() {
  const { arrangement, filter, sort } = useRoster();
  const { counts } = arrangement.value;
  const chips: readonly (readonly [Filter, string, number | null])[] = [
    ['all', t`All`, null],
    ...GROUPS.map(({ id, title }) => [id, title, counts[id] ?? 0] as const),
    ['moving', t`Moving`, counts.moving],
  ];
  return (
    <div class="chips" role="group" aria-label={t`Show`}>
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
      <label class="chip sort" title={t`Order of the list`}>
        <Icon of={ArrowDownUp} size={15} />
        <select
          aria-label={t`Order of the list`}
          value={sort.value}
          onChange={(change) => {
            sort.value = change.currentTarget.value as Sort;
          }}
        >
          {SORTS.map(([name, word]) => (
            <option key={name} value={name}>
              {word()}
            </option>
          ))}
        </select>
      </label>
    </div>
  );
}
