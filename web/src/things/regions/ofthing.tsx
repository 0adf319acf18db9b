/** About one friend or robot: the regions it is in, and where it came and went today. */
import { plural, t } from '@lingui/core/macro';
import { useState } from 'preact/hooks';
import { useChanges, useLive, useTime, useSelection } from '../../app/context';
import { useRegions } from './context';
import type { Key } from '../../app/world';
import { startOfDay } from '../../ui/times';
import { transitionsOf } from './transitions';
import { TransitionItem } from './transition';
import { RegionSign } from './pieces';
import { readRegion } from './read';
import { WhereIs } from './whereis';
import { sinceText, verdictText } from './wording';

/** So many of today's transitions are shown at first. */
const FEW = 8;

/** The regions it is in by our word, and what its phone calls others. */
export function PlacesOf({ of, said }: { of: Key; said: readonly string[] }) {
  const { world } = useLive();
  const { now } = useTime();
  const { show } = useSelection();
  const { visits } = useRegions();
  useChanges(({ kinds }) => kinds.has('stay') || kinds.has('region'));
  const here = visits.of(of).flatMap((visit) => {
    const thing = world.get(`region/${visit.region}`);
    return thing ? [{ visit, region: readRegion(thing) }] : [];
  });
  const known = new Set(here.map(({ region }) => region.name));
  const others = said.filter((name) => !known.has(name));
  if (here.length === 0 && others.length === 0) return null;
  return (
    <section class="part" data-places={here.length}>
      <h3>{t`In`}</h3>
      {here.length > 0 && (
        <ul class="inside">
          {here.map(({ visit, region }) => (
            <li key={region.key} data-disputed={visit.disputed}>
              <button
                type="button"
                class="somebody"
                data-place={region.key}
                onClick={() => {
                  show(region.key);
                }}
              >
                <RegionSign region={region} />
                <span class="who">
                  <b class="ellipsis">{region.name}</b>
                  <WhereIs region={region.key} />
                  <small>{sinceText(visit.since, now.value)}</small>
                  {(visit.disputed || visit.by !== 'server') && (
                    <small class={visit.disputed ? 'doubt-text' : ''}>{verdictText(visit)}</small>
                  )}
                </span>
              </button>
            </li>
          ))}
        </ul>
      )}
      {others.length > 0 && (
        <p class="tags">
          {here.length > 0 && <span class="muted">{t`By its own word:`}</span>}
          {others.map((name) => (
            <span key={name} class="tag">
              {name}
            </span>
          ))}
        </p>
      )}
    </section>
  );
}

/** Where it came and went since midnight. */
export function TodayOf({ of }: { of: Key }) {
  const { world } = useLive();
  const { now } = useTime();
  const [all, setAll] = useState(false);
  useChanges(({ kinds }) => kinds.has('crossing'));
  const today = transitionsOf(world, { thing: of, since: startOfDay(now.value) });
  if (today.length === 0) return null;
  const shown = all ? today : today.slice(0, FEW);
  return (
    <section class="part" data-today={today.length}>
      <h3>
        {t`Today`}
        <span>{plural(today.length, { one: '# event', other: '# events' })}</span>
      </h3>
      <ol class="crossings timeline">
        {shown.map((transition) => (
          <TransitionItem key={transition.n} transition={transition} without="who" />
        ))}
      </ol>
      {today.length > shown.length && (
        <button
          type="button"
          class="button quiet small more"
          onClick={() => {
            setAll(true);
          }}
        >
          {plural(today.length - shown.length, { one: '# earlier', other: '# earlier' })}
        </button>
      )}
    </section>
  );
}
