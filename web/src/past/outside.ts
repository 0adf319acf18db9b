/** What time travel needs from outside: the server's history over HTTP, and the page that shows what it finds. */
import { Denied } from '../net/api';
import type { Api } from '../net/api';
import type { ServerClock } from '../app/clock';
import type { HistoryEvent } from '../generated';
import type { Requests } from '../net/requests';
import type { Read } from '../net/shape';
import type { Key, Shown } from '../app/world';
import { readDoubtful } from './doubtful';
import { readEvents } from './events';
import { shownZone } from '../ui/customs';
import { readPhotos } from './photos';
import { readTrack } from './track';
import { TimeTravel } from './timetravel';

/** How far the drawn way may be from the recorded one when there are many fixes, metres. */
const MAX_ERROR = 5;
/** So many fixes of one day are taken as they are; events beyond are left out. */
const MOST = 5000;
const MOST_EVENTS = 1000;
const MOST_DOUBTFUL = 1000;
/** What is worth a mark on the bar. */
const KINDS = 'crossing,transition,drive,alarm,alert,photo';

const HISTORY = 'history/{kind}/{group}/{id}';

interface Parts {
  readonly api: Api;
  readonly clock: ServerClock;
  readonly requests: Requests;
  readonly shown: Shown;
  /** The language of the names of places: `de`, `pt-BR`. */
  readonly language: string;
  /** What a thing is called; undefined when that is not known. */
  nameOf(key: Key): string | undefined;
}

export function createTimeTravel(parts: Parts): TimeTravel {
  const { api, clock, requests, shown, language, nameOf } = parts;
  return new TimeTravel({
    now: () => clock.live(),
    async scene(at) {
      const { things } = await api.get('scene', { at });
      // They carry no number of a change.
      return things.map((thing) => ({ ...thing, s: 0 }));
    },
    async track(key, { start, end }) {
      const [kind = '', group = '', id = ''] = key.split('/', 3);
      if (kind !== 'friend') return { points: [], thinned: false };
      const bounds = { from: start, to: end - 1 };
      const history = async (asked: object) => {
        const { data } = await api.get(HISTORY, { kind, group, id }, { ...bounds, ...asked });
        return readTrack(data);
      };
      const every = await history({ limit: MOST });
      if (every.length < MOST) return { points: every, thinned: false };
      return { points: await history({ max_error: MAX_ERROR }), thinned: true };
    },
    async calendar(month, key) {
      const of = key?.startsWith('friend/') === true ? { thing: key } : {};
      const { days } = await api.get('calendar', { month, zone: shownZone(), ...of });
      return new Set(days.map(({ day }) => day));
    },
    async doubtful(key, { start, end }) {
      const [kind = '', group = '', id = ''] = key.split('/', 3);
      if (kind !== 'friend') return [];
      const asked = { from: start, to: end - 1, limit: MOST_DOUBTFUL, doubtful: 'only' };
      return readDoubtful((await api.get(HISTORY, { kind, group, id }, asked)).data);
    },
    async events({ start, end }) {
      const asked = { from: start, to: end - 1, limit: MOST_EVENTS, kind: KINDS };
      return readEvents(await placed(api, asked, language), nameOf);
    },
    async photos({ start, end }) {
      const asked = { from: start, to: end - 1, limit: MOST_EVENTS, kind: 'photo' };
      return readPhotos((await api.get('events', asked)).events);
    },
    show(things) {
      shown.show(things);
    },
    tell(past) {
      requests.tell('look', { past });
    },
    every(milliseconds, call) {
      const timer = setInterval(call, milliseconds);
      return () => {
        clearInterval(timer);
      };
    },
  });
}

/** The events with what lies where each happened, as far as a map of the server knows. */
async function placed(
  api: Api,
  asked: object,
  language: string,
): Promise<readonly Read<HistoryEvent>[]> {
  try {
    return (await api.get('events', { ...asked, place: '1', language })).events;
  } catch (refused) {
    if (!(refused instanceof Denied && refused.code === 'busy')) throw refused;
    // Places are a luxury: without them there are the events. `place` is the phone's own word then.
    const { events } = await api.get('events', asked);
    return events.map(({ place: _, ...event }) => event);
  }
}
