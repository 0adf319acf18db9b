/** The search for streets, places and towns that goes along with the search for people. */
import { effect, signal } from '@preact/signals';
import type { ReadonlySignal } from '@preact/signals';
import type { Gazetteer } from '../../map/gazetteer';
import type { Api } from '../../net/api';
import { plain } from '../names';
import { MOST, ofMap, ofWorld, together, townsNamed } from './matches';
import type { Found } from './matches';

/** Milliseconds after the last key before the server is asked. */
const AFTER = 180;
const SHORTEST = 2;

interface Needs {
  readonly api: Pick<Api, 'post'>;
  readonly query: ReadonlySignal<string>;
  readonly towns: ReadonlySignal<Gazetteer | null>;
  readonly language: string;
  /** Whether the server has a map with streets and places. */
  known(): boolean;
  /** What is looked at. */
  middle(): { readonly lat: number; readonly lng: number };
}

/** Search for places whenever the query changes; `end` ends that. */
export function searchPlaces(needs: Needs): {
  readonly found: ReadonlySignal<readonly Found[]>;
  end(): void;
} {
  const found = signal<readonly Found[]>([]);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let turn = 0;
  const end = effect(() => {
    const typed = needs.query.value.trim();
    const gazetteer = needs.towns.value;
    const mine = ++turn;
    clearTimeout(timer);
    if (plain(typed).length < SHORTEST) {
      found.value = [];
      return;
    }
    const near = needs.middle();
    const towns = townsNamed(gazetteer?.towns(plain) ?? [], typed, near).map(ofWorld);
    found.value = together([], towns);
    if (!needs.known()) return;
    timer = setTimeout(() => {
      void ask(needs, typed, near).then((ofMaps) => {
        if (mine === turn) found.value = together(ofMaps, towns);
      });
    }, AFTER);
  });
  return {
    found,
    end() {
      clearTimeout(timer);
      turn += 1;
      end();
    },
  };
}

async function ask(
  { api, language }: Needs,
  text: string,
  { lat, lng }: { readonly lat: number; readonly lng: number },
): Promise<readonly Found[]> {
  try {
    const asked = { text: text.slice(0, 100), lat, lon: wrapped(lng), language, limit: MOST };
    return (await api.post('places/search', asked)).places.map(ofMap);
  } catch {
    return []; // the towns are there; the next key asks again
  }
}

/** The map goes on beyond the antimeridian. */
function wrapped(lng: number): number {
  return ((((lng + 180) % 360) + 360) % 360) - 180;
}
