/** What time travel needs from outside: the server's history over HTTP, and the page that shows what it finds. */
import { path } from '../net/api';
import type { Api } from '../net/api';
import type { ServerClock } from '../app/clock';
import type { Requests } from '../net/requests';
import { isRecord } from '../net/protocol';
import type { Thing } from '../net/protocol';
import { splitKey } from '../app/world';
import type { Shown } from '../app/world';
import { readDoubtful } from './doubtful';
import { readEvents } from './events';
import { readCalendar, zoneHere } from './month';
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
const KINDS = 'crossing,transition,drive,alarm,photo';

interface Parts {
  readonly api: Api;
  readonly clock: ServerClock;
  readonly requests: Requests;
  readonly shown: Shown;
}

export function createTimeTravel({ api, clock, requests, shown }: Parts): TimeTravel {
  return new TimeTravel({
    now: () => clock.live(),
    async scene(at) {
      return readScene((await api.get('scene', { at }))['things']);
    },
    async track(key, { start, end }) {
      const [kind, id] = splitKey(key);
      const [user = '', device = ''] = id.split('/', 2);
      if (kind !== 'friend') return { points: [], thinned: false };
      const where = path`history/friend/${user}/${device}`;
      const bounds = { from: start, to: end - 1 };
      const every = readTrack((await api.get(where, { ...bounds, limit: MOST }))['data']);
      if (every.length < MOST) return { points: every, thinned: false };
      const drawn = await api.get(where, { ...bounds, max_error: MAX_ERROR });
      return { points: readTrack(drawn['data']), thinned: true };
    },
    async calendar(month, key) {
      const of = key?.startsWith('friend/') === true ? { thing: key } : {};
      return readCalendar(await api.get('calendar', { month, zone: zoneHere(), ...of }));
    },
    async doubtful(key, { start, end }) {
      const [kind, id] = splitKey(key);
      const [user = '', device = ''] = id.split('/', 2);
      if (kind !== 'friend') return [];
      const asked = { from: start, to: end - 1, limit: MOST_DOUBTFUL, doubtful: 'only' };
      return readDoubtful((await api.get(path`history/friend/${user}/${device}`, asked))['data']);
    },
    async events({ start, end }) {
      const asked = { from: start, to: end - 1, limit: MOST_EVENTS, kind: KINDS };
      return readEvents((await api.get('events', asked))['events']);
    },
    async photos({ start, end }) {
      const asked = { from: start, to: end - 1, limit: MOST_EVENTS, kind: 'photo' };
      return readPhotos((await api.get('events', asked))['events']);
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

/** The things of a scene; they carry no number of a change. What is no thing is left out. */
export function readScene(things: unknown): Thing[] {
  if (!Array.isArray(things)) return [];
  return (things as unknown[]).flatMap((thing) =>
    isRecord(thing) && typeof thing['k'] === 'string' && typeof thing['id'] === 'string'
      ? [{ ...thing, k: thing['k'], id: thing['id'], s: 0 }]
      : [],
  );
}
