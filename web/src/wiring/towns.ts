/**
 * The names of towns. They are a luxury: they come after everything else, and without them there are
 * numbers. Where people are, only the pieces of the world around them are loaded; the whole list is,
 * once somebody searches.
 */
import { effect, signal, untracked } from '@preact/signals';
import type { ReadonlySignal } from '@preact/signals';
import { Gazetteer } from '../map/gazetteer';
import { onceStill } from '../map/still';
import { piecesNear } from '../map/townpieces';
import type { SightlineMap } from '../map/types';

/** Pieces are fetched so many milliseconds after the map is drawn for the first time. */
const AFTER = 2000;
/** And if it never is: milliseconds after its code is there. */
const AT_MOST = 15_000;

type Pieces = Readonly<Record<string, () => Promise<{ readonly default: string }>>>;

/** Where the lists come from. */
export interface TownLists {
  whole(): Promise<string>;
  pieces(): Promise<Pieces>;
}

export const BUILT: TownLists = {
  whole: async () => (await import('virtual:towns')).default,
  pieces: async () => (await import('virtual:townpieces')).default,
};

interface Needs {
  /** The map, once its code is there. */
  readonly map: ReadonlySignal<Pick<SightlineMap, 'onIdle'> | null>;
  /** Whether the map is looked at, and there is something on it. */
  readonly wanted: ReadonlySignal<boolean>;
  /** What is searched for. */
  readonly query: ReadonlySignal<string>;
  readonly lists: TownLists;
}

export interface Towns {
  /** All towns, once somebody searched. */
  readonly whole: ReadonlySignal<Gazetteer | null>;
  /** The town at a position, or near it; null where there is none, or none is known yet. */
  nameAt(lat: number, lon: number): string | null;
}

export function createTowns({ map, wanted, query, lists }: Needs): Towns {
  const whole = signal<Gazetteer | null>(null);
  const known = new Gazetteer();
  /** Counts up when more is known, so that names are asked for again. */
  const more = signal(0);
  const begun = signal(false);
  const asked = new Set<string>();
  once(wanted, () => {
    once(map, (drawn) => {
      onceStill(drawn, { after: AFTER, atMost: AT_MOST }, () => {
        begun.value = true;
      });
    });
  });
  once(query, () => {
    lists.whole().then(
      (list) => {
        whole.value = new Gazetteer(list);
      },
      () => undefined,
    );
  });
  const fetchPiece = async (piece: string) => {
    try {
      const found = await (await lists.pieces())[piece]?.();
      if (!found) return; // the sea
      known.add(found.default);
      more.value += 1;
    } catch {
      asked.delete(piece); // asked for again by anybody who comes there
    }
  };
  return {
    whole,
    nameAt(lat, lon) {
      if (whole.value) return whole.value.name(lat, lon);
      if (!begun.value) return null;
      void more.value;
      for (const piece of piecesNear(lat, lon)) {
        if (asked.has(piece)) continue;
        asked.add(piece);
        void fetchPiece(piece);
      }
      return known.name(lat, lon);
    },
  };
}

/** Do something once, when there is such a value: a word, a map, true. */
function once<T>(wanted: ReadonlySignal<T>, act: (value: NonNullable<T>) => void): void {
  const end = effect(() => {
    const { value } = wanted;
    if (!value) return;
    queueMicrotask(() => {
      end();
    });
    untracked(() => {
      act(value);
    });
  });
}
