/**
 * What is being drawn: its outline over the map, and handles to pull it by. What somebody does is
 * told in the words of draft.ts; what comes of it is shown when the page says so.
 *
 * Outline and handles are elements of the document and not of the map's style, because they must be
 * under the finger at once and not when a worker is done.
 */
import type { Map as MapLibreMap, MapMouseEvent } from 'maplibre-gl';
import type { Draft, Edit } from './draft';
import { Handles, SLIP_PX } from './handles';
import { Listeners } from './listeners';
import { Outline } from './sketchoutline';
import { Plane, spotOf } from './plane';
import type { Pixel } from './plane';
import { distance } from './shapes';
import type { Spot } from './shapes';
import type { Unsubscribe } from './types';

/** The radius of a circle that was only touched into being, pixels. */
const TOUCHED_PX = 64;
/** A second touch this near to the last corner ends a polygon, pixels. */
const SAME_PX = 8;

export class Sketch {
  private draft: Draft | null = null;
  private readonly layer = document.createElement('div');
  private readonly plane: Plane;
  private readonly outline: Outline;
  private readonly handles: Handles;
  private pointer: Pixel | null = null;
  private drawing: { readonly at: Spot; readonly from: Pixel; moved: boolean } | null = null;
  private readonly listeners = new Listeners<Edit>();
  private readonly ends: (() => void)[] = [];

  constructor(private readonly map: MapLibreMap) {
    this.plane = new Plane(map);
    this.outline = new Outline(this.plane);
    this.handles = new Handles(this.layer, this.plane, (edit) => this.tell(edit));
    this.layer.className = 'sketch';
    this.layer.hidden = true;
    this.layer.append(this.outline.svg);
    map.getCanvasContainer().append(this.layer);
    const listen = <E extends 'mousedown' | 'mousemove' | 'mouseout'>(
      type: E,
      hear: (event: MapMouseEvent) => void,
    ) => {
      map.on(type, hear);
      this.ends.push(() => map.off(type, hear));
    };
    listen('mousedown', (event) => this.press(event));
    listen('mousemove', (event) => this.hover([event.point.x, event.point.y]));
    listen('mouseout', () => this.hover(null));
    const move = () => this.place();
    map.on('move', move);
    map.on('resize', move);
    this.ends.push(() => map.off('move', move).off('resize', move));
  }

  /** Whether something is being drawn. */
  get on(): boolean {
    return this.draft !== null;
  }

  onEdit(listener: (edit: Edit) => void): Unsubscribe {
    return this.listeners.add(listener);
  }

  show(draft: Draft | null, colour = ''): void {
    const was = this.draft;
    this.draft = draft;
    this.layer.hidden = draft === null;
    this.layer.style.setProperty('--c', colour);
    const placing = draft?.open === true;
    this.map.getCanvas().style.cursor = placing ? 'crosshair' : '';
    if (draft && !was) this.map.doubleClickZoom.disable();
    if (!draft && was) {
      this.map.doubleClickZoom.enable();
      this.drawing = null;
    }
    this.handles.show(draft);
    this.place();
  }

  /** The map was touched, and not pulled. */
  tap(event: MapMouseEvent): void {
    if (!this.draft?.open) {
      if (this.draft?.chosen != null) this.tell({ do: 'choose', corner: null });
      return;
    }
    const { points } = this.draft;
    const last = points.at(-1);
    if (this.draft.is === 'polygon' && last && points.length >= 3) {
      const [x, y] = this.plane.toPixel(last);
      if (Math.hypot(event.point.x - x, event.point.y - y) < SAME_PX) {
        this.tell({ do: 'finish' });
        return;
      }
    }
    const at = spotOf(event.lngLat);
    const edge = this.plane.toSpot([event.point.x + TOUCHED_PX, event.point.y]);
    this.tell({ do: 'tap', at, radius: distance(at, edge) });
  }

  destroy(): void {
    for (const end of this.ends) end();
    this.layer.remove();
  }

  /** A circle is drawn in one pull, from its middle. */
  private press(event: MapMouseEvent): void {
    const { draft } = this;
    if (draft?.is !== 'circle' || !draft.open || event.originalEvent.button !== 0) return;
    // The map stays where it is: the pull draws.
    event.preventDefault();
    this.drawing = {
      at: spotOf(event.lngLat),
      from: [event.point.x, event.point.y],
      moved: false,
    };
    const moved = (move: MouseEvent) => this.stretch(move);
    const up = () => {
      removeEventListener('mousemove', moved);
      this.drawing = null;
    };
    addEventListener('mousemove', moved);
    addEventListener('mouseup', up, { once: true });
  }

  private stretch(event: MouseEvent): void {
    const { drawing } = this;
    if (!drawing) return;
    const to = this.plane.pixelOf(event);
    if (!drawing.moved) {
      if (Math.hypot(to[0] - drawing.from[0], to[1] - drawing.from[1]) < SLIP_PX) return;
      drawing.moved = true;
      this.tell({ do: 'begin', at: drawing.at });
    }
    this.tell({ do: 'pull', handle: { is: 'rim' }, to: this.plane.toSpot(to) });
  }

  private hover(at: Pixel | null): void {
    this.pointer = at;
    if (this.draft?.is === 'polygon' && this.draft.open) this.place();
  }

  private place(): void {
    const { draft, plane } = this;
    if (!draft) return;
    const corners = plane.cornersOf(draft).map((spot) => plane.projected(spot));
    this.outline.place(draft, corners, this.handles.busy ? null : this.pointer);
    this.handles.place(corners);
  }

  private tell(edit: Edit): void {
    this.listeners.tell(edit);
  }
}
