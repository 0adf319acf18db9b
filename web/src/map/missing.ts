/** Stands in for the map where none can be drawn: says why, and quietly accepts everything else. */
import { ATTRIBUTION } from './attribution';
import type { SightlineMap, Unsubscribe, View } from './types';

const nothing = () => undefined;

const IN_THE_PAST = { setHeat: nothing, showPlaces: nothing };

export function missingMap(container: HTMLElement, why: string): SightlineMap {
  const message = document.createElement('div');
  message.className = 'map-missing';
  message.setAttribute('role', 'note');
  const title = document.createElement('strong');
  title.textContent = 'The map cannot be drawn here';
  const reason = document.createElement('p');
  reason.textContent = why;
  const comfort = document.createElement('p');
  comfort.textContent = 'Everything else works: the list shows the same people and places.';
  message.append(title, reason, comfort);
  container.append(message);
  document.documentElement.dataset['map'] = 'missing';

  let view: View = { zoom: 1, lat: 0, lng: 0 };
  const subscribe = (): Unsubscribe => nothing;
  return {
    attribution: ATTRIBUTION,
    setTheme: nothing,
    setReducedMotion: nothing,
    setPadding: nothing,
    setMarks: nothing,
    put: nothing,
    remove: nothing,
    select: nothing,
    follow: nothing,
    fitAll: nothing,
    flyTo: nothing,
    setTrail: nothing,
    setDoubtful: nothing,
    ...IN_THE_PAST,
    setAreas: nothing,
    selectArea: nothing,
    showArea: nothing,
    sketch: nothing,
    zoomIn: nothing,
    zoomOut: nothing,
    view: () => view,
    setView: (next) => {
      view = next;
    },
    scale: () => ({ px: 0, text: '' }),
    pick: () => null,
    onSelect: subscribe,
    onEdit: subscribe,
    onFollowEnd: subscribe,
    onReady: subscribe,
    onIdle: subscribe,
    onScale: subscribe,
    onView: subscribe,
    onTrouble: (listener) => {
      listener(why);
      return nothing;
    },
    destroy: () => {
      message.remove();
      delete document.documentElement.dataset['map'];
    },
  };
}
