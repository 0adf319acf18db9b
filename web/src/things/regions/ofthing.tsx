/** About one friend or robot: the regions it is in, and where it came and went today. */
import { plural, t } from '@lingui/core/macro';
import { useState } from 'preact/hooks';
import { useChanges, useLive, useTime, useSelection } from '../../app/context';
import { useRegions } from './context';
import type { Key } from '../../app/world';
import { startOfDay } from '../../ui/times';
import { crossingsOf } from './crossings';
import { CrossingItem } from './crossing';
import { RegionSign } from './pieces';
import { readRegion } from './read';
import { WhereIs } from './whereis';
import { sinceText, verdictText } from './wording';

/** So many of today's crossings are shown at first. */
const FEW = 8;

/** The regions it is in by our word, and what its phone calls others. */
export function PlacesOf({ of, said }: { of: Key; said: readonly string[] }) {
  const { world } = useLive();
  const { now } = useTime();
  const { show } = useSelection();
  const { stays } = useRegions();
  useChanges(({ kinds }) => kinds.has('stay') || kinds.has('region'));
  const here = stays.of(of).flatMap((stay) => {
    const thing = world.get(`region/${stay.region}`);
    return thing ? [{ stay, region: readRegion(thing) }] : [];
  });
  const known = new Set(here.map(({ region }) => region.name));
  const others = said.filter((name) => !known.has(name));
  if (here.length === 0 && others.length === 0) return null;
  return (
    <section class="part" data-places={here.length}>
      <h3>{t`In`}</h3>
      {here.length > 0 && (
        <ul class="inside">
          {here.map(({ stay, region }) => (
            <li key={region.key} data-disputed={stay.disputed}>
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
                  <small>{sinceText(stay.since, now.value)}</small>
                  {(stay.disputed || stay.by !== 'server') && (
                    <small class={stay.disputed ? 'doubt-text' : ''}>{verdictText(stay)}</small>
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
  const today = crossingsOf(world, { thing: of, since: startOfDay(now.value) });
  if (today.length === 0) return null;
  const shown = all ? today : today.slice(0, FEW);
  return (
    <section class="part" data-today={today.length}>
      <h3>
        {t`Today`}
        <span>{plural(today.length, { one: '# event', other: '# events' })}</span>
      </h3>
      <ol class="crossings timeline">
        {shown.map((crossing) => (
          <CrossingItem key={crossing.n} crossing={crossing} without="who" />
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
