export function tileNumber(z: number, x: number, y: number): number;
export function writePmtiles(
  tiles: readonly { z: number; x: number; y: number; data: Uint8Array }[],
  metadata: object,
): Uint8Array<ArrayBuffer>;
