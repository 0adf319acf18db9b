/** The outline of what is being drawn, and the line that leads to the pointer. */
import { accuracyCircle } from './accuracy';
import type { Draft } from './draft';
import type { Pixel, Plane } from './plane';

const SVG = 'http://www.w3.org/2000/svg';

export class Outline {
  readonly svg = document.createElementNS(SVG, 'svg');
  private readonly area = document.createElementNS(SVG, 'path');
  private readonly lead = document.createElementNS(SVG, 'path');

  constructor(private readonly plane: Plane) {
    this.svg.setAttribute('aria-hidden', 'true');
    this.area.setAttribute('class', 'sketch-area');
    this.lead.setAttribute('class', 'sketch-lead');
    this.svg.append(this.area, this.lead);
  }

  /** @param pointer where the next corner would be; null: no line leads there */
  place(draft: Draft, corners: readonly Pixel[], pointer: Pixel | null): void {
    this.area.setAttribute('d', this.areaOf(draft, corners));
    this.lead.setAttribute('d', leadOf(draft, corners, pointer));
  }

  private areaOf(draft: Draft, corners: readonly Pixel[]): string {
    if (draft.is !== 'circle' || !draft.centre) return pathOf(corners, !draft.open);
    const lon = this.plane.near(draft.centre.lon);
    const [ring = []] = accuracyCircle(lon, draft.centre.lat, draft.radius).coordinates;
    return pathOf(
      ring.map(([lng = 0, lat = 0]) => this.plane.projected({ lat, lon: lng })),
      true,
    );
  }
}

function leadOf(draft: Draft, corners: readonly Pixel[], pointer: Pixel | null): string {
  const [first, last] = [corners[0], corners.at(-1)];
  if (!draft.open || !pointer || !first || !last) return '';
  return pathOf(corners.length > 1 ? [last, pointer, first] : [last, pointer], false);
}

function pathOf(pixels: readonly Pixel[], closed: boolean): string {
  if (pixels.length === 0) return '';
  const points = pixels.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`);
  return `M${points.join('L')}${closed ? 'Z' : ''}`;
}
