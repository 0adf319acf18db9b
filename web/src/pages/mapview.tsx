/**
 * The map and its controls. The map library is loaded on demand; until it is there the page works
 * without it. What changes goes straight from the world to the map, once per drawn frame.
 */
import { effect, useSignalEffect } from '@preact/signals';
import { Maximize, Minus, Plus } from 'lucide';
import { useEffect, useRef, useState } from 'preact/hooks';
import { ageText } from '../app/ages';
import type { App } from '../wiring/app';
import { faceOf } from '../ui/face';
import { MOVING_FOR, STILL_FOR } from '../things/freshness';
import { markOfFriend } from '../things/friends/mark';
import { fixTime, readFriend } from '../things/friends/read';
import { wireRegions } from '../things/regions/onmap';
import { loadMap } from '../map/load';
import type { Mark, Padding, Scale, SightlineMap } from '../map/types';
import { keyOf, splitKey } from '../app/world';
import type { TrailSpot } from '../app/trails';
import type { Key } from '../app/world';
import { useApp } from '../app/context';
import { Icon } from '../ui/icon';

/** A glide never takes longer, in milliseconds: what is shown should not lag what is known by more. */
const LONGEST_GLIDE = 1500;
/** The ages beside names on the map are looked at again so often, in seconds. */
const AGES_EVERY = 10;

export function MapView() {
  const app = useApp();
  const container = useRef<HTMLDivElement>(null);
  const [trouble, setTrouble] = useState<string | null>(null);
  const [scale, setScale] = useState<Scale | null>(null);
  const map = app.map.value;

  useEffect(() => {
    const element = container.current;
    if (!element) return;
    const ends: (() => void)[] = [];
    let over = false;
    const load = () => {
      void loadMap(setTrouble, () => over).then((createMap) => {
        if (createMap === null) return;
        const made = createMap(element, {
          theme: app.preferences.theme.peek(),
          reducedMotion: app.preferences.reducedMotion.peek(),
          view: app.firstView,
        });
        ends.push(made.onScale(setScale), made.onTrouble(setTrouble), ...wire(app, made), () => {
          made.destroy();
        });
        setScale(made.scale());
        app.map.value = made;
      });
    };
    // Not before somebody looks at it: whoever drives a robot needs the page's whole attention.
    let loading = false;
    const undo = effect(() => {
      if (loading || app.section.value !== 'map') return;
      loading = true;
      load();
    });
    ends.push(undo);
    return () => {
      over = true;
      app.map.value = null;
      for (const end of ends) end();
    };
  }, [app]);

  // The map is kept while another section is shown, but nobody needs to reach it then.
  const away = app.section.value !== 'map';
  const [name, setName] = useState('Live map');
  useSignalEffect(() => {
    const { counts } = app.arrangement.value;
    setName(
      `Live map. Everybody on it is also in the roster.${counts.all === 0 ? ' It is empty.' : ''}`,
    );
  });
  return (
    <section class="stage" aria-label={name} inert={away}>
      <div ref={container} class="map" />
      {trouble !== null && (
        <p class="map-trouble" role="status">
          {trouble}
        </p>
      )}
      <div class="controls" role="group" aria-label="Map controls">
        <div>
          <button type="button" aria-label="Zoom in" title="Zoom in" onClick={() => map?.zoomIn()}>
            <Icon of={Plus} />
          </button>
          <button
            type="button"
            aria-label="Zoom out"
            title="Zoom out"
            onClick={() => map?.zoomOut()}
          >
            <Icon of={Minus} />
          </button>
        </div>
        <div>
          <button
            type="button"
            aria-label="Show everybody"
            title="Show everybody (0)"
            aria-keyshortcuts="0"
            onClick={() => {
              app.follow(null);
              map?.fitAll();
            }}
          >
            <Icon of={Maximize} />
          </button>
        </div>
      </div>
      <div class="legend">
        {scale && (
          <span class="scale">
            <i style={{ width: `${String(Math.round(scale.px))}px` }} />
            {scale.text}
          </span>
        )}
        {map && <span class="attribution">{map.attribution}</span>}
      </div>
    </section>
  );
}

/** Connect the map to the app; returns the ways to disconnect. */
function wire(app: App, map: SightlineMap): (() => void)[] {
  const { world, entries, preferences, pulse, trails, clock } = app;
  /** Receipt of the fix before, to know how long a glide should take. */
  const before = new Map<Key, number>();
  const ageTexts = new Map<Key, string>();
  /** When a position that is of now will not be any more, epoch seconds. */
  const decays = new Map<Key, number>();
  let colours = tokens();
  let fitted = app.firstView !== undefined;

  const markOf = (key: Key, glide: boolean): Mark | null => {
    const thing = world.get(key);
    const entry = entries.get(key);
    if (thing?.k !== 'friend' || !entry) return null;
    const friend = readFriend(thing);
    const at = friend.at ?? 0;
    const last = before.get(key);
    before.set(key, at);
    const fixed = fixTime(friend);
    const age = fixed === undefined ? undefined : ageText(clock.seconds() - fixed);
    const mark = markOfFriend(friend, entry, {
      now: clock.seconds(),
      colour: colours.get(entry.colour) ?? '#5aaefb',
      face: faceOf(world.get(keyOf('face', thing.id))),
      glideMs:
        glide && last !== undefined && at > last
          ? Math.min(LONGEST_GLIDE, Math.round((at - last) * 1000))
          : 0,
      ageText: age,
    });
    if (mark?.ageText !== undefined) ageTexts.set(key, mark.ageText);
    else ageTexts.delete(key);
    // What is of now does not stay so.
    if (mark?.presence === 'live' && fixed !== undefined) {
      decays.set(key, fixed + (entry.moving ? MOVING_FOR : STILL_FOR));
    } else decays.delete(key);
    return mark;
  };

  const put = (key: Key, glide: boolean) => {
    const mark = markOf(key, glide);
    if (mark) {
      map.put(mark);
    } else {
      map.remove(key);
      before.delete(key);
      ageTexts.delete(key);
      decays.delete(key);
    }
  };

  const putAll = () => {
    const marks: Mark[] = [];
    for (const id of world.kind('friend').keys()) {
      const mark = markOf(keyOf('friend', id), false);
      if (mark) marks.push(mark);
    }
    map.setMarks(marks);
    if (!fitted && world.complete && marks.length > 0) {
      fitted = true;
      map.fitAll();
    }
  };

  const drawTrail = (key: Key) => {
    const spots = wayOf(app, key, trails.of(key));
    map.setTrail(
      key,
      app.trail.peek() && spots.length > 1
        ? spots.map((spot) => [spot.lng, spot.lat] as const)
        : null,
    );
  };

  let trailed: Key | null = null;
  const ends = [
    ...wireRegions(app, map, (token) => tokens().get(token) ?? '#5aaefb'),
    pulse.on(({ keys }) => {
      if (app.section.peek() !== 'map') return;
      if (!fitted) {
        putAll();
        return;
      }
      for (const key of keys) {
        const [kind, id] = splitKey(key);
        if (kind === 'friend') put(key, true);
        else if (kind === 'face') put(keyOf('friend', id), true);
      }
      if (trailed !== null && keys.has(trailed)) drawTrail(trailed);
    }),
    map.onSelect((id) => {
      app.select(id);
    }),
    map.onFollowEnd(() => {
      app.following.value = null;
    }),
    map.onView((view) => {
      app.viewed(view);
    }),
    // What was missed while another section was shown.
    effect(() => {
      if (app.section.value === 'map') putAll();
    }),
    // Grey is what came over a broker that is lost.
    effect(() => {
      void app.feeds.value;
      putAll();
    }),
    effect(() => {
      map.setTheme(preferences.theme.value);
      colours = tokens();
      putAll();
    }),
    effect(() => {
      map.setReducedMotion(preferences.reducedMotion.value);
    }),
    effect(() => {
      map.select(onMap(app.selected.value));
    }),
    effect(() => {
      map.follow(onMap(app.following.value));
    }),
    effect(() => {
      const key = onMap(app.selected.value);
      void app.trail.value;
      void app.past.track.value;
      void app.past.at.value;
      if (trailed !== null && trailed !== key) map.setTrail(trailed, null);
      trailed = key;
      if (key !== null) drawTrail(key);
    }),
    effect(() => {
      if (Math.floor(app.now.value) % AGES_EVERY !== 0) return;
      const now = app.now.value;
      for (const [key, shown] of ageTexts) {
        const fixed = entries.get(key)?.fixed;
        if (fixed !== undefined && ageText(now - fixed) !== shown) put(key, false);
      }
      for (const [key, until] of decays) if (now > until) put(key, false);
    }),
    effect(() => {
      void app.selected.value;
      void app.regions.editing.value;
      void app.stop.value;
      void app.section.value;
      // After the panels have been laid out.
      requestAnimationFrame(() => {
        map.setPadding(covered());
      });
    }),
  ];
  const resized = () => {
    map.setPadding(covered());
  };
  addEventListener('resize', resized);
  ends.push(() => {
    removeEventListener('resize', resized);
  });
  return ends;
}

/** The way of the day that is on the bar; up to now what was seen since, and in the past up to then. */
function wayOf(
  app: App,
  key: Key,
  seen: readonly TrailSpot[],
): readonly { readonly lng: number; readonly lat: number; readonly at: number }[] {
  const track = app.past.track.peek();
  const at = app.past.at.peek();
  const way = track?.key === key ? track.points : [];
  if (at !== null) return way.filter((point) => point.at <= at);
  const until = way.at(-1)?.at ?? -Infinity;
  return [...way, ...seen.filter((spot) => spot.at > until)];
}

/** Robots are in the roster but not on the map. */
function onMap(key: Key | null): Key | null {
  return key !== null && splitKey(key)[0] === 'friend' ? key : null;
}

/** What the panels cover, in pixels. */
function covered(): Padding {
  const wide = innerWidth;
  const high = innerHeight;
  const box = (selector: string) => {
    const rect = document.querySelector(selector)?.getBoundingClientRect();
    return rect && rect.width > 0 && rect.height > 0 ? rect : null;
  };
  if (wide <= 760) {
    const sheet = box('.drawer') ?? box('.roster');
    const most = high * 0.6;
    return {
      top: 132,
      right: 56,
      left: 24,
      bottom: Math.min(most, sheet ? high - sheet.top : 65) + 24,
    };
  }
  const roster = box('.roster');
  const drawer = box('.drawer');
  const bar = box('.timebar');
  const right = drawer && drawer.left > wide / 2 ? wide - drawer.left : 0;
  return {
    top: 28,
    right: right + 64,
    left: (roster?.right ?? 88) + 24,
    bottom: bar ? high - bar.top + 16 : 48,
  };
}

/** The colours of people in the theme that is shown. */
function tokens(): Map<string, string> {
  const style = getComputedStyle(document.documentElement);
  const names = ['c1', 'c2', 'c3', 'c4', 'c5', 'c6', 'c7', 'c8', 'robot'];
  return new Map(names.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]));
}
