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

/** What goes is looked at so often whether it may, milliseconds. */
const LOOK_MS = 100;
/** What replaces something is faded in by the map library for a while after it came. */
const FADE_MS = 400;
/** Longer than this nothing waits for what replaces it: it may never come. */
const PATIENCE_MS = 10_000;

export class Stack {
  /** What is drawn, by what tells it from everything else. */
  private drawn: ReadonlyMap<string, Sheet> = new Map();
  /** What stays below that until all of it is there, so that nothing blinks. */
  private leaving: Sheet[] = [];
  private waiting: ReturnType<typeof setTimeout> | undefined;
  private sprite: string | null = null;

  constructor(private readonly map: MapLibreMap) {}

  /** The style was made anew, without anything of ours; or the map is gone. */
  lost(): void {
    clearTimeout(this.waiting);
    this.drawn = new Map();
    this.leaving = [];
    this.sprite = null;
  }

  /** Draw these, the uppermost first, and no others. What stays is not touched. */
  show(sheets: readonly (readonly [key: string, sheet: Sheet])[]): void {
    const before = this.drawn;
    this.drawn = new Map(sheets);
    let groundBelow: string = this.map.getLayer(LOWEST_REGION) ? LOWEST_REGION : LOWEST_OF_OURS;
    let namesBelow: string = LOWEST_PLACES;
    let comes = false;
    for (const [key, sheet] of this.drawn) {
      if (!before.has(key)) {
        this.put(sheet, groundBelow, namesBelow);
        comes = true;
      }
      groundBelow = sheet.ground[0]?.id ?? groundBelow;
      namesBelow = sheet.names[0]?.id ?? namesBelow;
    }
    if (this.sprite === null) this.exchangeSprite();
    this.leaving.push(...[...before].flatMap(([key, each]) => (this.drawn.has(key) ? [] : [each])));
    clearTimeout(this.waiting);
    if (comes && this.leaving.length > 0) this.waitFor(PATIENCE_MS);
    else this.takeLeaving();
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
    for (const layer of sheet.ground) this.putLayer(layer, groundBelow);
    for (const layer of sheet.names) this.putLayer(layer, namesBelow);
  }

  /** Of a layer that is still there (its map got other neighbours) the tiles are kept. */
  private putLayer(layer: LayerSpecification, below: string): void {
    const { map } = this;
    if (!map.getLayer(layer.id)) {
      map.addLayer(layer, below);
      return;
    }
    map.moveLayer(layer.id, below);
    map.setFilter(layer.id, 'filter' in layer ? layer.filter : null);
  }

  /** Take away what goes once everything that is drawn has come. */
  private waitFor(patience: number): void {
    this.waiting = setTimeout(() => {
      if (patience > 0 && !this.hasCome()) this.waitFor(patience - LOOK_MS);
      else this.waiting = setTimeout(() => this.takeLeaving(), FADE_MS);
    }, LOOK_MS);
  }

  private hasCome(): boolean {
    const names = [...this.drawn.values()].flatMap(({ sources }) => Object.keys(sources));
    return names.every((name) => !this.map.getSource(name) || this.map.isSourceLoaded(name));
  }

  private takeLeaving(): void {
    for (const sheet of this.leaving) this.take(sheet);
    this.leaving = [];
    this.exchangeSprite();
  }

  /** Take away what is not also of something drawn. */
  private take(sheet: Sheet): void {
    const { map } = this;
    const drawn = [...this.drawn.values()];
    const layers = new Set(drawn.flatMap((each) => [...each.ground, ...each.names]).map(idOf));
    const sources = new Set(drawn.flatMap((each) => Object.keys(each.sources)));
    for (const { id } of [...sheet.names, ...sheet.ground]) {
      if (!layers.has(id) && map.getLayer(id)) map.removeLayer(id);
    }
    for (const name of Object.keys(sheet.sources)) {
      if (!sources.has(name) && map.getSource(name)) map.removeSource(name);
    }
  }

  /** Layers name pictures without saying whose, so there is room for those of one style. */
  private exchangeSprite(): void {
    const wanted = [...this.drawn.values()].find(({ sprite }) => sprite !== null)?.sprite ?? null;
    if (wanted === this.sprite) return;
    if (this.sprite !== null) this.map.removeSprite('default');
    if (wanted !== null) this.map.addSprite('default', wanted);
    this.sprite = wanted;
  }
}

const idOf = ({ id }: LayerSpecification) => id;
