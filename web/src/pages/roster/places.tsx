/** The streets, places and towns that the search finds, below the people it finds. */
import { plural, t } from '@lingui/core/macro';
import { MapPin } from 'lucide';
import { useLayout, useMapState } from '../../app/context';
import type { SightlineMap } from '../../map/types';
import { useLocalities } from '../../things/localities/context';
import type { Found } from '../../things/localities/matches';
import { Icon } from '../../ui/icon';

/** Show a place that was found: near enough to see it, with a mark that fades. */
export function goTo(map: SightlineMap | null, place: Found): void {
  map?.showPlace({ ...place, label: place.name, maxZoom: place.zoom });
}

export function PlaceResults() {
  const { found } = useLocalities();
  const { map } = useMapState();
  const { stop } = useLayout();
  const places = found.value;
  return (
    <>
      <p class="hidden" role="status">
        {places.length === 0
          ? ''
          : plural(places.length, { one: 'One place was found.', other: '# places were found.' })}
      </p>
      {places.length > 0 && (
        <section class="found-places" aria-label={t`Places`}>
          <h2>{t`Places`}</h2>
          <ul onKeyDown={moveAmong}>
            {places.map((place) => (
              <li key={`${place.name} ${String(place.lat)} ${String(place.lng)}`}>
                <button
                  type="button"
                  data-found={place.name}
                  onClick={() => {
                    goTo(map.value, place);
                    // On a phone the list would cover what it leads to.
                    if (stop.value === 'high') stop.value = 'middle';
                  }}
                >
                  <Icon of={MapPin} size={18} />
                  <span>
                    <span class="ellipsis">{place.name}</span>
                    <small class="ellipsis">{place.detail}</small>
                  </span>
                </button>
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

/** Up and down among the places; up from the first leads back to the search. */
function moveAmong(key: KeyboardEvent & { readonly currentTarget: HTMLElement }): void {
  const step = key.key === 'ArrowDown' ? 1 : key.key === 'ArrowUp' ? -1 : 0;
  if (step === 0) return;
  key.preventDefault();
  const buttons = [...key.currentTarget.querySelectorAll('button')];
  const at = buttons.indexOf(document.activeElement as HTMLButtonElement) + step;
  if (at < 0) document.getElementById('search')?.focus();
  else buttons[Math.min(at, buttons.length - 1)]?.focus();
}
