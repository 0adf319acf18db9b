/**
 * Puts the layers of several maps into the one style there is, each where it belongs: grounds below
 * regions and everything that moves, names above regions and below the crowd, and more detailed maps
 * above less detailed ones.
 */
import type { LayerSpecification, Map as MapLibreMap, SourceSpecification } from 'maplibre-gl';
import { LOWEST_OF_OURS, LOWEST_PLACES, LOWEST_REGION } from '../layerids';
import { repaintLayer } from '../repaint';

/** What is drawn of one map. */
export interface Sheet {
  readonly sources: Readonly<Record<string, SourceSpecification>>;
  readonly ground: readonly LayerSpecification[];
  readonly names: readonly LayerSpecification[];
  /** Address of the pictures that its layers ask for; null when they ask for none. */
  readonly sprite: string | null;
}

export class Stack {
  /** What is drawn, by what tells it from everything else. */
  private drawn: ReadonlyMap<string, Sheet> = new Map();

  constructor(private readonly map: MapLibreMap) {}

  /** The style was made anew, without anything of ours. */
  lost(): void {
    this.drawn = new Map();
  }

  /** Draw these, the uppermost first, and no others. What stays is not touched. */
  show(sheets: readonly (readonly [key: string, sheet: Sheet])[]): void {
    const wanted = new Map(sheets);
    for (const [key, sheet] of this.drawn) if (!wanted.has(key)) this.take(sheet);
    let groundBelow: string = this.map.getLayer(LOWEST_REGION) ? LOWEST_REGION : LOWEST_OF_OURS;
    let namesBelow: string = LOWEST_PLACES;
    for (const sheet of wanted.values()) {
      this.put(sheet, groundBelow, namesBelow);
      groundBelow = sheet.ground[0]?.id ?? groundBelow;
      namesBelow = sheet.names[0]?.id ?? namesBelow;
    }
    this.drawn = wanted;
  }

  /** Ids of the layers of names that are drawn. */
  namesDrawn(): string[] {
    return [...this.drawn.values()].flatMap(({ names }) => names.map(({ id }) => id));
  }

  /** Give those of these layers that are drawn the paint that they have here. */
  repaint(layers: readonly LayerSpecification[]): void {
    for (const layer of layers) if (this.map.getLayer(layer.id)) repaintLayer(this.map, layer);
  }

  private put(sheet: Sheet, groundBelow: string, namesBelow: string): void {
    const { map } = this;
    for (const [name, source] of Object.entries(sheet.sources)) {
      if (!map.getSource(name)) map.addSource(name, source);
    }
    // Layers name pictures without saying whose, so there is room for those of one style.
    if (sheet.sprite !== null && map.getSprite().length === 0) {
      map.addSprite('default', sheet.sprite);
    }
    for (const layer of sheet.ground) if (!map.getLayer(layer.id)) map.addLayer(layer, groundBelow);
    for (const layer of sheet.names) if (!map.getLayer(layer.id)) map.addLayer(layer, namesBelow);
  }

  private take(sheet: Sheet): void {
    const { map } = this;
    for (const { id } of [...sheet.names, ...sheet.ground]) {
      if (map.getLayer(id)) map.removeLayer(id);
    }
    for (const name of Object.keys(sheet.sources)) if (map.getSource(name)) map.removeSource(name);
    if (sheet.sprite !== null && map.getSprite().length > 0) map.removeSprite('default');
  }
}
