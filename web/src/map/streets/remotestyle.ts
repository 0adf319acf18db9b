/**
 * A style from elsewhere, made fit to lie under ours: its sources and layers get names of their own,
 * and its letters are drawn by the browser like all others, so that no server of glyphs is asked.
 */
import type { LayerSpecification, SourceSpecification, StyleSpecification } from 'maplibre-gl';

export interface RemoteStyle {
  readonly sources: Readonly<Record<string, SourceSpecification>>;
  readonly layers: readonly LayerSpecification[];
  /** Address of its pictures, if it has any. */
  readonly sprite: string | null;
}

/** Read what came from the address of a style. Throws an Error that says in words what is wrong. */
export function readStyle(raw: unknown, prefix: string, address: string): RemoteStyle {
  const style = raw as Partial<StyleSpecification> | null;
  if (typeof style !== 'object' || style === null || style.version !== 8) {
    throw new Error('what its address sends is not a map style');
  }
  const { sources, layers, sprite } = style;
  if (typeof sources !== 'object' || !Array.isArray(layers)) {
    throw new Error('its style names no sources or no layers');
  }
  return {
    sources: Object.fromEntries(
      Object.entries(sources).map(([name, source]) => [prefix + name, absolute(source, address)]),
    ),
    layers: layers.map((layer) => renamed(layer, prefix)),
    sprite: typeof sprite === 'string' ? new URL(sprite, address).href : null,
  };
}

/** Fetch and read a style. Throws an Error that says in words what is wrong. */
export async function fetchStyle(
  address: string,
  prefix: string,
  get: typeof fetch = (...request) => fetch(...request),
): Promise<RemoteStyle> {
  const response = await get(address, { credentials: 'omit' }).catch(() => {
    throw new Error('its address does not answer this page');
  });
  if (!response.ok) throw new Error(`its address answers with HTTP ${String(response.status)}`);
  const raw: unknown = await response.json().catch(() => {
    throw new Error('what its address sends is not a map style');
  });
  return readStyle(raw, prefix, address);
}

function absolute(source: SourceSpecification, address: string): SourceSpecification {
  if (!('url' in source) || typeof source.url !== 'string') return source;
  return { ...source, url: new URL(source.url, address).href } as SourceSpecification;
}

function renamed(layer: LayerSpecification, prefix: string): LayerSpecification {
  const made = { ...layer, id: prefix + layer.id };
  if ('source' in made && typeof made.source === 'string') {
    Object.assign(made, { source: prefix + made.source });
  }
  if (made.type === 'symbol' && made.layout && 'text-field' in made.layout) {
    const { 'text-font': fonts, ...layout } = made.layout;
    Object.assign(made, { layout: { ...layout, 'text-font': likeOurs(fonts) } });
  }
  return made;
}

/** Our font in the weight and slant that a style asks for. */
function likeOurs(fonts: unknown): string[] {
  const asked = JSON.stringify(fonts ?? '').toLowerCase();
  const weight = /bold|medium|heavy|black/.test(asked) ? ' SemiBold' : '';
  const slant = /italic|oblique/.test(asked) ? ' Italic' : '';
  const first = `Inter Variable${weight}${slant}`;
  return weight || slant ? [first, 'Inter Variable'] : [first];
}
