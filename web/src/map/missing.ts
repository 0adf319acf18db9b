/** Stands in for the map where none can be drawn: says why, and quietly accepts everything else. */
import { t } from '@lingui/core/macro';
import { attribution } from './attribution';
import './missing.css';
import type { SightlineMap, Unsubscribe, View } from './types';

const nothing = () => undefined;
const subscribe = (): Unsubscribe => nothing;

/** What is asked of a map that is not there, and what it would tell. */
const DEAF = {
  setTheme: nothing,
  setReducedMotion: nothing,
  setPadding: nothing,
  setMaps: nothing,
  chooseLayer: nothing,
  namesInView: () => [],
  setMarks: nothing,
  put: nothing,
  remove: nothing,
  select: nothing,
  follow: nothing,
  picture: () => '',
  fitAll: nothing,
  fitSome: nothing,
  flyTo: nothing,
  setTrail: nothing,
  setDoubtful: nothing,
  setHeat: nothing,
  showPlaces: nothing,
  setAreas: nothing,
  selectArea: nothing,
  showArea: nothing,
  showPlace: nothing,
  sketch: nothing,
  zoomIn: nothing,
  zoomOut: nothing,
  onSelect: subscribe,
  onEdit: subscribe,
  onFollowEnd: subscribe,
  onReady: subscribe,
  onIdle: subscribe,
  onCredits: subscribe,
  onScale: subscribe,
  onView: subscribe,
};

export const noWebgl = () =>
  t`This browser does not offer WebGL 2, which the map needs. Another browser, or graphics acceleration switched on in its settings, may help.`;

export function missingMap(container: HTMLElement, why: string): SightlineMap {
  const message = document.createElement('div');
  message.className = 'map-missing';
  message.setAttribute('role', 'note');
  const title = document.createElement('strong');
  title.textContent = t`The map cannot be drawn here`;
  const reason = document.createElement('p');
  reason.textContent = why;
  const comfort = document.createElement('p');
  comfort.textContent = t`Everything else works: the list shows the same people and places.`;
  message.append(title, reason, comfort);
  container.append(message);
  document.documentElement.dataset['map'] = 'missing';

  let view: View = { zoom: 1, lat: 0, lng: 0 };
  return {
    attribution: attribution(),
    ...DEAF,
    // There is nothing to wait for.
    onIdle: (listener) => {
      listener();
      return nothing;
    },
    view: () => view,
    setView: (next) => {
      view = next;
    },
    scale: () => ({ px: 0, text: '' }),
    pick: () => null,
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
