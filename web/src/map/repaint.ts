/** Gives layers that are drawn other colours, without loading anything anew. */
import type { LayerSpecification, Map as MapLibreMap } from 'maplibre-gl';

export function repaintLayer(map: MapLibreMap, { id, paint }: LayerSpecification): void {
  for (const [property, value] of Object.entries(paint ?? {})) {
    // Data-driven paint has its tiles worked out anew, so what is already right is left alone.
    const before: unknown = map.getPaintProperty(id, property as never);
    if (JSON.stringify(before) === JSON.stringify(value)) continue;
    map.setPaintProperty(id, property as never, value as never);
  }
}
