/**
 * Names for places: the town a position is in or near. Knows only towns of some size, and says
 * nothing where there is none in reach: a name that misleads is worse than a pair of numbers.
 */
import { t } from '@lingui/core/macro';

export interface Town {
  readonly name: string;
  readonly lat: number;
  readonly lng: number;
  /** Roughly how far the town itself reaches from its middle, in kilometres. */
  readonly reach: number;
}

export interface SearchableTown extends Town {
  readonly search: string;
}

const KM_PER_DEGREE = 111.2;
/** "Near" means within so many kilometres of the edge of a town. */
const NEAR = 25;
const REMEMBERED = 20_000;

export class Gazetteer {
  /** Towns by the whole degrees of their position. */
  readonly #cells = new Map<number, Town[]>();
  /** Names found before, because the same places are asked for again and again. */
  readonly #known = new Map<number, string | null>();

  #searchable: readonly SearchableTown[] | undefined;

  /** Takes the list that towns.plugin.ts makes. */
  constructor(list = '') {
    this.add(list);
  }

  /** Know more towns, of another piece of the list. */
  add(list: string): void {
    if (list === '') return;
    this.#known.clear();
    this.#searchable = undefined;
    let lat = 0;
    for (const line of list.split('\n')) {
      const [name = '', step, lng, size] = line.split('|');
      lat += Number(step);
      const town = {
        name,
        lat: lat / 100,
        lng: Number(lng) / 100,
        // 15,000 people live within 1.5 km or so, a million within 8.
        reach: 1.5 * 2 ** ((Number(size) - 14) * 0.4),
      };
      const cell = cellOf(Math.floor(town.lat), Math.floor(town.lng));
      const towns = this.#cells.get(cell);
      if (towns) towns.push(town);
      else this.#cells.set(cell, [town]);
    }
  }

  /** All towns, each with its name as it is searched for, folded once by `fold`. */
  towns(fold: (name: string) => string): readonly SearchableTown[] {
    this.#searchable ??= [...this.#cells.values()]
      .flat()
      .map((town) => ({ ...town, search: fold(town.name) }));
    return this.#searchable;
  }

  /** "Lille", "near Lille", or null where no town is in reach; the same for a square of 0.01°. */
  name(lat: number, lng: number): string | null {
    const y = Math.round(lat * 100);
    const x = Math.round(lng * 100);
    const square = y * 100_000 + x;
    let name = this.#known.get(square);
    if (name === undefined) {
      if (this.#known.size >= REMEMBERED) this.#known.clear();
      name = this.#look(y / 100, x / 100);
      this.#known.set(square, name);
    }
    return name;
  }

  #look(lat: number, lng: number): string | null {
    let best: Town | null = null;
    let bestRank = Infinity;
    let bestKm = Infinity;
    const shrink = Math.max(0.05, Math.cos((lat * Math.PI) / 180));
    const wide = Math.min(8, Math.ceil(0.4 / shrink));
    for (let y = -1; y <= 1; y++) {
      for (let x = -wide; x <= wide; x++) {
        const towns = this.#cells.get(cellOf(Math.floor(lat) + y, Math.floor(lng) + x));
        for (const town of towns ?? []) {
          const across = ((town.lng - lng + 540) % 360) - 180;
          const km = Math.hypot(town.lat - lat, across * shrink) * KM_PER_DEGREE;
          // The bigger a town, the further it is what people would name.
          const rank = km / town.reach;
          if (km - town.reach < NEAR && rank < bestRank) {
            best = town;
            bestRank = rank;
            bestKm = km;
          }
        }
      }
    }
    if (!best) return null;
    const { name } = best;
    return bestKm <= best.reach ? name : t`near ${name}`;
  }
}

function cellOf(lat: number, lng: number): number {
  const around = (((lng + 180) % 360) + 360) % 360;
  return (lat + 90) * 360 + around;
}
