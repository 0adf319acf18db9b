/** The font of what is drawn on a canvas; it grows with the browser's size of type, as text does. */

/** The size of --type-xs, in rem. */
const SIZE = 0.75;

export function canvasFont(weight = ''): string {
  const root = Number.parseFloat(getComputedStyle(document.documentElement).fontSize) || 16;
  const font = `${weight} ${String(SIZE * root)}px "Inter Variable", system-ui, sans-serif`;
  return font.trim();
}
