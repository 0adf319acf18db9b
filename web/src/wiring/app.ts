/**
 * Puts the parts together: socket → world → scheduler → what is drawn. One of these exists for each
 * visitor, until they go; `provider.tsx` hands its parts to the components.
 */
import { signal } from '@preact/signals';
import { ServerClock } from '../app/clock';
import type {
  Layout,
  Live,
  MapState,
  Navigation,
  Selection,
  Server,
  Stop,
  Time,
  Who,
} from '../app/context';
import type { LastPicture } from '../app/lastpicture';
import { keepView, lastView } from '../app/lastview';
import { preferences } from '../app/preferences';
import type { Preferences } from '../app/preferences';
import type { Session } from '../app/session';
import { accountOf, EVERYBODY, sectionsFor } from '../app/visitor';
import type { Visitor } from '../app/visitor';
import { ConsoleClient } from '../console/client';
import type { SightlineMap } from '../map/types';
import type { Api } from '../net/api';
import type { Hello } from '../net/protocol';
import { createTimeTravel } from '../past/outside';
import type { TimeTravel } from '../past/timetravel';
import { createMaps } from '../things/maps/offer';
import type { OfferedMaps } from '../things/maps/offer';
import { createAlerts } from '../things/alerts/count';
import type { Alerts } from '../things/alerts/count';
import { BrokerLog } from '../things/broker/log';
import type { Roster } from '../things/context';
import { NewPhones } from '../things/friends/add/newphones';
import type { Driving } from '../things/probots/drive/context';
import type { Regions } from '../things/regions/context';
import { Notifications } from '../things/regions/notifications';
import { RegionService } from '../things/regions/service';
import { Visits } from '../things/regions/visits';
import type { Localities } from '../things/localities/context';
import { createDriving } from './driving';
import { createListed } from './list';
import { createLive } from './live';
import type { LiveParts } from './live';
import { createPlace } from './place';
import type { PlaceParts } from './place';
import { createSelection } from './selection';
import { createServer } from './server';
import { createLocalities } from './localities';
import type { Receivers } from './server';
import { createLife } from './life';

/** What there is before the world is: who looks at it, and what outlives them. */
export interface Host {
  readonly visitor: Visitor;
  /** What was shown last, while the server is away. */
  readonly kept: LastPicture | undefined;
  readonly api: Api;
  readonly preferences: Preferences;
  readonly session: Session;
  readonly newPhones: NewPhones;
}

export interface App {
  readonly live: Live;
  readonly time: Time;
  readonly server: Server;
  readonly who: Who;
  readonly navigation: Navigation;
  readonly selection: Selection;
  readonly layout: Layout;
  readonly mapState: MapState;
  readonly preferences: Preferences;
  readonly newPhones: NewPhones;
  readonly roster: Roster;
  readonly localities: Localities;
  readonly driving: Driving;
  readonly regions: Regions;
  readonly alerts: Alerts;
  readonly maps: OfferedMaps;
  readonly brokerLog: BrokerLog;
  readonly past: TimeTravel;
  readonly consoleClient: ConsoleClient;
  start(): void;
  /** Close for good, and let go of everything that is listened to. */
  end(): void;
}

export function createApp(socketAddress: string, host: Partial<Host> = {}): App {
  const leaving = new AbortController();
  const who = createWho(host);
  const live = createLive();
  const clock = new ServerClock();
  const time = { clock, now: signal(clock.seconds()) };
  const place = createPlace({ sections: who.sections, gone: leaving.signal });
  const mapState = createMapState(place, who.visitor);
  const server = createServer({
    address: socketAddress,
    api: host.api,
    session: who.session,
    world: live.present,
    clock,
    user: who.user,
    receivers: receiversOf(() => ({ driving, consoleClient, past })),
  });
  const { requests, api } = server;
  const consoleClient = new ConsoleClient(requests.ask);
  const past = createTimeTravel({
    ...{ api, clock, requests, shown: live.world },
    language: navigator.language,
    nameOf: (key) => listed.roster.entries.get(key)?.name,
  });
  const regions = createRegions(live, server, clock);
  const selection = createSelection({ place, world: live.present, past, map: mapState.map });
  const [{ addSpot }, { map }] = [selection, mapState];
  const listed = createListed({ live, time, server, place, past, regions, map, addSpot });
  const { roster } = listed;
  const driving = createDriving({
    requests,
    world: live.present,
    clock,
    openRobot: () => (place.section.value === 'robots' ? place.robot.value : null),
    nameOf: (key) => roster.entries.get(key)?.name,
  });
  const recall = recallOf(host.kept, live, clock);
  const localities = createLocalities({ live, server, roster, mapState, gone: leaving.signal });
  return {
    live,
    time,
    server,
    who,
    navigation: place,
    selection,
    layout: { stop: signal<Stop>('middle'), help: signal(false) },
    mapState,
    preferences: host.preferences ?? preferences(),
    newPhones: createNewPhones(host, api, who.visitor),
    roster,
    localities,
    driving,
    regions,
    ...createOfNow(live, who.visitor, clock),
    past,
    consoleClient,
    ...createLife({ leaving, time, place, server, past, driving, listed, selection, recall }),
  };
}

/** What is told of frames and of the connection; the parts are asked for once frames come. */
function receiversOf(parts: () => Pick<App, 'driving' | 'consoleClient' | 'past'>): Receivers {
  return {
    answer(frame) {
      parts().driving.driver.heard(frame);
    },
    console(frame) {
      parts().consoleClient.told(frame);
    },
    changed({ state }) {
      const { driving, consoleClient, past } = parts();
      if (state === 'lost') driving.driver.disconnected();
      if (state === 'live') past.connected();
      consoleClient.line(state === 'live');
    },
  };
}

/** Begin with what was shown last; answers when the server was heard then. */
function recallOf(kept: LastPicture | undefined, { present }: LiveParts, clock: ServerClock) {
  return (): number | undefined => {
    if (!kept) return undefined;
    clock.recall(kept.offset);
    present.recall(kept.things);
    return kept.heard;
  };
}

function createWho(host: Partial<Host>) {
  const visitor = host.visitor ?? EVERYBODY;
  const user = signal<Hello['user']>({ name: visitor.name, role: visitor.role });
  return { visitor, sections: sectionsFor(visitor), session: host.session ?? null, user };
}

/** What of adding a phone outlives an app; somebody else begins anew. */
function createNewPhones(host: Partial<Host>, api: Api, visitor: Visitor): NewPhones {
  const found = host.newPhones ?? new NewPhones(api, new URL('.', document.baseURI).href);
  found.enter(`${visitor.way} ${visitor.name}`);
  return found;
}

function createMapState(place: PlaceParts, visitor: Visitor): MapState {
  // A link to somebody shows them, wherever one looked last.
  const last = place.selected.value === null ? lastView(visitor) : undefined;
  return {
    map: signal<SightlineMap | null>(null),
    firstView: place.view.value ?? last,
    viewed(next) {
      place.view.value = next;
      keepView(visitor, next);
      if (place.section.value === 'map') place.write();
    },
  };
}

/** What is always of now, whatever time is looked at. */
function createOfNow({ present }: LiveParts, visitor: Visitor, clock: ServerClock) {
  return {
    alerts: createAlerts(present, accountOf(visitor), () => clock.live()),
    maps: createMaps(present),
    brokerLog: new BrokerLog(present),
  };
}

function createRegions(live: LiveParts, { requests }: Server, clock: ServerClock): Regions {
  return {
    regions: new RegionService(live.present, requests.ask),
    visits: new Visits(live.world),
    notifications: new Notifications(live.present, () => clock.live()),
  };
}
