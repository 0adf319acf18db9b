/**
 * From Mercator steps to pixels of the container. The map is never turned or tilted, so this is a
 * shift and a scale, the same for markers on the graphics card and in the document.
 */
import type { Place } from './crowdbuffer';

export interface Camera {
  /** A place in steps that is drawn at `originX`, `originY`. */
  readonly centre: Readonly<Place>;
  readonly originX: number;
  readonly originY: number;
  readonly pixelsPerStep: number;
  /** Size of the container, CSS pixels. */
  readonly width: number;
  readonly height: number;
}

export function screenX(camera: Camera, x: number): number {
  return camera.originX + ((x - camera.centre.x) | 0) * camera.pixelsPerStep;
}

export function screenY(camera: Camera, y: number): number {
  return camera.originY + ((y - camera.centre.y) | 0) * camera.pixelsPerStep;
}

export function inView(camera: Camera, x: number, y: number, margin: number): boolean {
  return x >= -margin && y >= -margin && x <= camera.width + margin && y <= camera.height + margin;
}
