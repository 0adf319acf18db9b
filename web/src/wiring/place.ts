/** Where on the page somebody is, in signals, and the address that says the same. */
import { batch, signal } from '@preact/signals';
import type { Signal } from '@preact/signals';
import { readPlace, writePlace } from '../app/address';
import type { Place, Section } from '../app/address';
import type { Navigation } from '../app/context';
import type { Key } from '../app/world';
import type { View } from '../map/types';

export interface PlaceParts extends Navigation {
  readonly robot: Signal<Key | null>;
  readonly selected: Signal<Key | null>;
  readonly view: Signal<View | undefined>;
  /** The moment of the past that is looked at, epoch seconds; null: now. */
  readonly at: Signal<number | null>;
  /** Write, as a place to come back to, that another moment is looked at. */
  visit(at: number | null): void;
  /** Write into the address where one is. */
  write(): void;
  /** Go where the address says; what it has chosen on the map. */
  read(): Key | null;
}

interface Needs {
  readonly sections: readonly Section[];
  /** The page has been left: the address is no longer ours. */
  readonly gone: AbortSignal;
}

export function createPlace({ sections, gone }: Needs): PlaceParts {
  /** A section that is not for this visitor is the map. */
  const open = (section: Section) => (sections.includes(section) ? section : 'map');
  const signals = signalsOf(readPlace(location.hash), open);
  const { section, tab, selected, robot, view, at } = signals;
  const write = () => {
    // The map may still come to rest after everything else has gone.
    if (gone.aborted) return;
    const next = writePlace(placeOf(signals));
    if (next !== location.hash) window.history.replaceState(null, '', next);
  };
  const enter = (next: Section, page = '') => {
    window.history.pushState(null, '', writePlace({ section: next, tab: page }));
    write();
  };
  return {
    section,
    tab,
    selected,
    robot,
    view,
    at,
    write,
    visit(next) {
      if (gone.aborted) return;
      window.history.pushState(null, '', location.href);
      at.value = next;
      write();
    },
    go(wanted, page = '') {
      const next = open(wanted);
      if (next === section.value && page === tab.value) return;
      batch(() => {
        section.value = next;
        tab.value = page;
      });
      enter(next, page);
    },
    choose(key) {
      if (key === robot.value && section.value === 'robots') return;
      robot.value = key;
      section.value = 'robots';
      enter('robots');
    },
    link() {
      write();
      return location.href;
    },
    read() {
      const asked = readPlace(location.hash);
      section.value = open(asked.section);
      tab.value = asked.tab ?? '';
      at.value = asked.at ?? null;
      if (asked.section === 'robots') robot.value = chosenRobot(asked);
      return chosenOnMap(asked);
    },
  };
}

type Signals = Pick<PlaceParts, 'section' | 'tab' | 'selected' | 'robot' | 'view' | 'at'>;

function signalsOf(place: Place, open: (section: Section) => Section): Signals {
  return {
    section: signal(open(place.section)),
    tab: signal(place.tab ?? ''),
    selected: signal<Key | null>(chosenOnMap(place)),
    robot: signal<Key | null>(chosenRobot(place)),
    view: signal<View | undefined>(place.view),
    at: signal<number | null>(place.at ?? null),
  };
}

function placeOf({ section, tab, selected, robot, view, at }: Signals): Place {
  const onMap = section.value === 'map';
  const chosen = onMap ? selected.value : section.value === 'robots' ? robot.value : null;
  return {
    section: section.value,
    tab: tab.value,
    ...(onMap && view.value ? { view: view.value } : {}),
    ...(chosen === null ? {} : { selected: chosen }),
    ...(at.value === null ? {} : { at: at.value }),
  };
}

function chosenOnMap(place: Place): Key | null {
  return place.section === 'robots' ? null : (place.selected ?? null);
}

function chosenRobot(place: Place): Key | null {
  const chosen = place.selected;
  return place.section === 'robots' && chosen?.startsWith('probot/') === true ? chosen : null;
}
