/** What lies where in words, and the search for places; both ask the server, and only it. */
import type { MapState, Server } from '../app/context';
import type { Roster } from '../things/context';
import { readMap } from '../things/maps/read';
import type { Localities } from '../things/localities/context';
import { searchPlaces } from '../things/localities/search';
import { Words } from '../things/localities/words';
import type { LiveParts } from './live';

interface Needs {
  readonly live: LiveParts;
  readonly server: Pick<Server, 'api'>;
  readonly roster: Pick<Roster, 'query' | 'towns'>;
  readonly mapState: MapState;
  /** The page has been left. */
  readonly gone: AbortSignal;
}

export function createLocalities({ live, server, roster, mapState, gone }: Needs): Localities {
  const language = navigator.language;
  const known = () => [...live.present.kind('map').values()].some((map) => readMap(map).places);
  const words = new Words({ api: server.api, language, known });
  const middle = () => mapState.map.peek()?.view() ?? mapState.firstView ?? { lat: 0, lng: 0 };
  const { query, towns } = roster;
  const search = searchPlaces({ api: server.api, query, towns, language, known, middle });
  const ended = live.scheduler.on(({ kinds }) => {
    if (kinds.has('map')) words.forget();
  });
  gone.addEventListener('abort', () => {
    search.end();
    ended();
  });
  return { words, found: search.found };
}
