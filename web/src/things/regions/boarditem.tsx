/** A region of the board, with who is in it. */
import { plural, t } from '@lingui/core/macro';
import { useState } from 'preact/hooks';
import { usePreferences, useSelection, useTime, useWho } from '../../app/context';
import { grouped } from '../../ui/numbers';
import type { BoardRow } from './boardrows';
import { RegionSign, Somebody } from './pieces';
import type { Visit } from './visits';
import { longText, shapeText, verdictText, whoseText } from './wording';

/** At most so many people are shown of one region, and so many regions in all. */
const MOST_PEOPLE = 20;

export function BoardItem({ row: { region, visits } }: { row: BoardRow }) {
  const { now } = useTime();
  const { visitor } = useWho();
  const { selected, show } = useSelection();
  const preferences = usePreferences();
  const [all, setAll] = useState(false);
  const shown = all ? visits : visits.slice(0, MOST_PEOPLE);
  const { units } = preferences.settings.value;
  const about = `${whoseText(region, visitor.name)} · ${shapeText(region.shape, units).toLowerCase()}`;
  return (
    <li class="board-item" data-region={region.key} data-inside={visits.length}>
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
        <span class="count" data-none={visits.length === 0}>
          {grouped(visits.length)}
          <span class="hidden"> {t`inside`}</span>
        </span>
      </button>
      {shown.length > 0 && (
        <ul class="inside" aria-label={t`In ${region.name}`}>
          {shown.map((visit) => (
            <li key={visit.thing}>
              <Somebody of={visit.thing}>
                <VisitLine visit={visit} now={now.value} />
              </Somebody>
            </li>
          ))}
        </ul>
      )}
      {visits.length > shown.length && (
        <button
          type="button"
          class="button quiet small more"
          onClick={() => {
            setAll(true);
          }}
        >
          {plural(visits.length - shown.length, { one: '# more', other: '# more' })}
        </button>
      )}
    </li>
  );
}

/** How long, and what is in doubt about it. */
function VisitLine({ visit, now }: { visit: Visit; now: number }) {
  const long = visit.since === undefined ? undefined : longText(now - visit.since);
  return (
    <>
      {visit.disputed && (
        <span class="doubt" title={verdictText(visit)}>
          {visit.by === 'phone' ? t`phone only` : t`server only`}
          <span class="hidden">: {verdictText(visit)}</span>
        </span>
      )}
      <time class="number">{long ?? '–'}</time>
    </>
  );
}
