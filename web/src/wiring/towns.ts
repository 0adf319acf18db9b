/**
 * The names of towns. They are a luxury: they come after everything else, and without them there are
 * numbers. Where people are, only the pieces of the world around them are loaded; the whole list is,
 * once somebody searches.
 */
import { effect, signal } from '@preact/signals';
import type { ReadonlySignal } from '@preact/signals';
import { Gazetteer } from '../map/gazetteer';
import { piecesNear } from '../map/townpieces';

/** Pieces are fetched so long after the first picture, in milliseconds. */
const AFTER = 1500;

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

export function createTowns({ wanted, query, lists }: Needs): Towns {
  const whole = signal<Gazetteer | null>(null);
  const known = new Gazetteer();
  /** Counts up when more is known, so that names are asked for again. */
  const more = signal(0);
  const begun = signal(false);
  const asked = new Set<string>();
  when(wanted, () => {
    setTimeout(() => {
      begun.value = true;
    }, AFTER);
  });
  whenTyped(query, () => {
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
      asked.delete(piece); // asked for again by whoever comes there
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

/** Do something once, when this is so. */
function when(so: ReadonlySignal<boolean>, act: () => void): void {
  const once = effect(() => {
    if (!so.value) return;
    queueMicrotask(() => {
      once();
    });
    act();
  });
}

function whenTyped(query: ReadonlySignal<string>, act: () => void): void {
  const once = effect(() => {
    if (query.value === '') return;
    queueMicrotask(() => {
      once();
    });
    act();
  });
}
