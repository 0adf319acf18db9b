/**
 * The parts of the page that components may ask for, each a small context of its own, and the hooks
 * that redraw a component when the things it shows have changed. What belongs to a feature has its
 * context there: `things/context`, `things/regions/context`, `past/context` and so on.
 */
import type { ReadonlySignal, Signal } from '@preact/signals';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Api } from '../net/api';
import type { Hello, Thing } from '../net/protocol';
import type { Requests } from '../net/requests';
import type { Connection, Socket } from '../net/socket';
import type { SightlineMap, View } from '../map/types';
import { part } from '../ui/part';
import type { Section } from './address';
import type { ServerClock } from './clock';
import type { FrameLog } from './framelog';
import type { Preferences } from './preferences';
import type { Changes, Scheduler } from './scheduler';
import type { Session } from './session';
import type { Trails } from './trails';
import type { Visitor } from './visitor';
import type { Key, Picture } from './world';

/** What is shown, and when it changes. */
export interface Live {
  /** The world now, or a scene of the past. */
  readonly world: Picture;
  readonly scheduler: Scheduler;
  /** Whether a picture of the world has arrived. */
  readonly ready: ReadonlySignal<boolean>;
}

export interface Time {
  readonly clock: ServerClock;
  /** Server time, epoch seconds; ticks once a second. */
  readonly now: ReadonlySignal<number>;
}

/** Our ways to the server. */
export interface Server {
  readonly connection: ReadonlySignal<Connection>;
  readonly socket: Socket;
  readonly requests: Requests;
  readonly api: Api;
  readonly frameLog: FrameLog;
}

/** Who is looking, and how they came in. */
export interface Who {
  readonly visitor: Visitor;
  /** The sections that are there for this visitor. */
  readonly sections: readonly Section[];
  readonly session: Session | null;
  /** Whom the server takes us for. */
  readonly user: ReadonlySignal<Hello['user']>;
}

export interface Navigation {
  readonly section: Signal<Section>;
  /** Which page of a section that has several; empty for its first. */
  readonly tab: Signal<string>;
  /** The robot whose drive page is open. */
  readonly robot: ReadonlySignal<Key | null>;
  go(section: Section, tab?: string): void;
  /** Open the drive page of a robot, or close it. */
  choose(robot: Key | null): void;
  /** A link to what is shown now. */
  link(): string;
}

export interface Selection {
  readonly selected: Signal<Key | null>;
  readonly following: Signal<Key | null>;
  /** Whether the way of the chosen one is drawn. */
  readonly trail: Signal<boolean>;
  readonly trails: Trails;
  /** What the dialogue for sharing is open for. */
  readonly sharing: Signal<Key | null>;
  select(key: Key | null): void;
  /** Choose something, and bring it into view. */
  show(key: Key): void;
  follow(key: Key | null): void;
}

/** How high the panel of a phone stands. */
export type Stop = 'low' | 'middle' | 'high';

export interface Layout {
  readonly stop: Signal<Stop>;
  /** Whether the help is open. */
  readonly help: Signal<boolean>;
}

export interface MapState {
  /** The map, once its library is there. */
  readonly map: Signal<SightlineMap | null>;
  /** The view the address asked for when the page was opened, or the last one of this viewer. */
  readonly firstView: View | undefined;
  /** Note that the map came to rest elsewhere. */
  viewed(view: View): void;
}

export const [LiveProvider, useLive] = part<Live>('the picture of the world');
export const [TimeProvider, useTime] = part<Time>('the time');
export const [ServerProvider, useServer] = part<Server>('the server');
export const [WhoProvider, useWho] = part<Who>('the visitor');
export const [NavigationProvider, useNavigation] = part<Navigation>('the navigation');
export const [SelectionProvider, useSelection] = part<Selection>('the selection');
export const [LayoutProvider, useLayout] = part<Layout>('the layout');
export const [MapProvider, useMapState] = part<MapState>('the map');
export const [PreferencesProvider, usePreferences] = part<Preferences>('the preferences');

/** Draw again when a change is of interest. */
export function useChanges(ofInterest: (changes: Changes) => boolean): void {
  const { scheduler } = useLive();
  const [, again] = useState(0);
  const latest = useRef(ofInterest);
  latest.current = ofInterest;
  // In the same turn as the drawing: an effect comes after the next frame, and what changed until then
  // would never be shown.
  useLayoutEffect(
    () =>
      scheduler.on((changes) => {
        if (latest.current(changes)) again((n) => n + 1);
      }),
    [scheduler],
  );
}

/** All things of a kind, drawn again when one of them changes. */
export function useKind(kind: string): readonly Thing[] {
  const { world } = useLive();
  useChanges((changes) => changes.kinds.has(kind) || changes.keys.size === 0);
  return [...world.kind(kind).values()];
}

/** One thing, drawn again when it changes. */
export function useThing(key: Key | null): Thing | undefined {
  const { world } = useLive();
  useChanges((changes) => key !== null && changes.keys.has(key));
  return key === null ? undefined : world.get(key);
}
