/**
 * Makes what is drawn of each map, once: streets in our own style, pictures, or a style from
 * elsewhere. What is not here yet is fetched, and `again` is told when it came.
 */
import { t } from '@lingui/core/macro';
import type { LayerSpecification } from 'maplibre-gl';
import { serveArchive } from '../basemap';
import type { Bounds } from '../bounds';
import type { RangeStore } from '../rangestore';
import type { Theme } from '../types';
import { startZoom } from './choice';
import { groundOf } from './names';
import { fetchStyle } from './remotestyle';
import type { RemoteStyle } from './remotestyle';
import { isVector, prefixOf } from './source';
import type { MapSource } from './source';
import type { Sheet } from './stack';

type Look = typeof import('./look');

export interface SheetNeeds {
  /** Of the viewer, as in `navigator.language`. */
  readonly language: string;
  readonly store: RangeStore | null;
  /** Tell people that a map cannot be shown, and why. */
  readonly trouble: (why: string, map?: MapSource) => void;
}

export class Sheets {
  private readonly made = new Map<string, Sheet>();
  private readonly styles = new Map<string, RemoteStyle | 'asked' | 'failed'>();
  private look: Look | null = null;
  private looking = false;

  constructor(
    private readonly needs: SheetNeeds,
    private readonly again: () => void,
  ) {}

  /** There are other maps now: what was made of those before is of no use. */
  forget(): void {
    this.made.clear();
    for (const [url, style] of this.styles) if (style === 'failed') this.styles.delete(url);
  }

  /** What is drawn of a map, or null while that is on its way (or cannot be had). */
  of(map: MapSource, theme: Theme, parts: readonly MapSource[]): Sheet | null {
    const key = `${theme} ${prefixOf(map)} ${parts.map(({ name }) => name).join()}`;
    const known = this.made.get(key);
    if (known) return known;
    const sheet = this.make(map, theme, parts);
    if (sheet) this.made.set(key, sheet);
    return sheet;
  }

  private make(map: MapSource, theme: Theme, parts: readonly MapSource[]): Sheet | null {
    if (map.type === 'pmtiles') {
      // The names of our files change with what is in them; those of others may not.
      const store = new URL(map.url).origin === location.origin ? this.needs.store : null;
      serveArchive(map.url, { title: t`The map “${map.title}”`, store });
    }
    if (map.type === 'style') return this.styleOf(map);
    if (!isVector(map)) return picturesOf(map, theme);
    if (this.look) return streetsOf(this.look, map, theme, this.needs.language, parts);
    this.loadLook();
    return null;
  }

  private styleOf(map: MapSource): Sheet | null {
    const style = this.styles.get(map.url);
    if (style === undefined) this.loadStyle(map);
    if (style === undefined || typeof style === 'string') return null;
    return { sources: style.sources, ground: style.layers, names: [], sprite: style.sprite };
  }

  private loadLook(): void {
    if (this.looking) return;
    this.looking = true;
    void import('./look')
      .then((look) => {
        this.look = look;
        this.again();
      })
      .catch(() => {
        this.looking = false; // tried again when the view changes
        this.needs.trouble(
          t`What draws streets could not be loaded. The map of the world is shown.`,
        );
      });
  }

  private loadStyle(map: MapSource): void {
    const { url, title } = map;
    this.styles.set(url, 'asked');
    void fetchStyle(url, prefixOf(map))
      .then((style) => {
        this.styles.set(url, style);
        this.again();
      })
      .catch((error: unknown) => {
        this.styles.set(url, 'failed');
        const why = error instanceof Error ? error.message : t`it cannot be read`;
        this.needs.trouble(
          t`The map “${title}” cannot be shown: ${why}. What was shown before stays.`,
          map,
        );
      });
  }
}

function streetsOf(
  look: Look,
  map: MapSource,
  theme: Theme,
  language: string,
  parts: readonly MapSource[],
): Sheet {
  const layers = look.streetLayers({ map, theme, language, parts });
  const ground = look.groundLayer(map, theme);
  const tiles = [`pmtiles://${map.url}/{z}/{x}/{y}`];
  return {
    sources: {
      [look.sourceOf(map)]: { type: 'vector', tiles, ...spanOf(map) },
      ...(ground ? { [ground.source]: { type: 'geojson', data: groundOf(map) } } : {}),
    },
    ground: [...(ground ? [ground] : []), ...layers.filter(({ type }) => type !== 'symbol')],
    names: layers.filter(({ type }) => type === 'symbol'),
    sprite: null,
  };
}

function picturesOf(map: MapSource, theme: Theme): Sheet {
  const { url, type, tileSize } = map;
  const tiles = [type === 'pmtiles' ? `pmtiles://${url}/{z}/{x}/{y}` : url];
  const prefix = prefixOf(map);
  const source = `${prefix}tiles`;
  const ground: LayerSpecification = {
    id: `${prefix}pictures`,
    type: 'raster',
    source,
    minzoom: startZoom(map),
    paint: picturePaint(map, theme),
  };
  return {
    sources: { [source]: { type: 'raster', tiles, tileSize: tileSize || 256, ...spanOf(map) } },
    ground: [ground],
    names: [],
    sprite: null,
  };
}

/** What a source has of the world; no bounds where the library could not take them. */
function spanOf({ bounds, minZoom, maxZoom }: MapSource) {
  const { west, south, east, north }: Bounds = bounds;
  const span = { minzoom: minZoom, maxzoom: maxZoom };
  return east > 180 ? span : { ...span, bounds: [west, south, east, north] as Corners };
}

type Corners = [number, number, number, number];

/** A bright map is dimmed in the dark; a photograph is left as it is. */
function picturePaint({ role }: MapSource, theme: Theme) {
  const dim = role === 'base' && theme === 'dark';
  return {
    'raster-brightness-max': dim ? 0.62 : 1,
    'raster-saturation': dim ? -0.4 : 0,
    'raster-contrast': dim ? 0.1 : 0,
  };
}
