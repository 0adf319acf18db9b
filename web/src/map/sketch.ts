/**
 * What is being drawn: its outline over the map, and handles to pull it by. What somebody does is
 * told in the words of draft.ts; what comes of it is shown when the page says so.
 *
 * Outline and handles are elements of the document and not of the map's style, because they must be
 * under the finger at once and not when a worker is done.
 */
import type { Map as MapLibreMap, MapMouseEvent } from 'maplibre-gl';
import { between } from './draft';
import type { Deed, Draft, Handle } from './draft';
import { destination, distance, nearTo, unrolled } from './shapes';
import type { Spot } from './shapes';
import { accuracyCircle } from './accuracy';
import { Listeners } from './listeners';
import type { Unsubscribe } from './types';

/** Moving less than this is touching, pixels. */
const SLIP_PX = 3;
/** The radius of a circle that was only touched into being, pixels. */
const TOUCHED_PX = 64;
/** A second touch this near to the last corner ends a polygon, pixels. */
const SAME_PX = 8;
/** How far an arrow key moves a handle, pixels; with Shift a tenth. */
const NUDGE_PX = 10;
const SVG = 'http://www.w3.org/2000/svg';

type Pixel = readonly [x: number, y: number];

export class Sketch {
  private draft: Draft | null = null;
  private readonly layer = document.createElement('div');
  private readonly svg = document.createElementNS(SVG, 'svg');
  private readonly area = document.createElementNS(SVG, 'path');
  private readonly lead = document.createElementNS(SVG, 'path');
  private readonly handles = new Map<string, HTMLButtonElement>();
  private pointer: Pixel | null = null;
  /** The handle that is pulled, and whether it has moved. */
  private held: { readonly handle: Handle; moved: boolean; from: Pixel } | null = null;
  private drawing: { readonly at: Spot; readonly from: Pixel; moved: boolean } | null = null;
  private readonly listeners = new Listeners<Deed>();
  private readonly ends: (() => void)[] = [];

  constructor(private readonly map: MapLibreMap) {
    this.layer.className = 'sketch';
    this.layer.hidden = true;
    this.svg.setAttribute('aria-hidden', 'true');
    this.area.setAttribute('class', 'sketch-area');
    this.lead.setAttribute('class', 'sketch-lead');
    this.svg.append(this.area, this.lead);
    this.layer.append(this.svg);
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

  onDeed(listener: (deed: Deed) => void): Unsubscribe {
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
      this.held = null;
      this.drawing = null;
    }
    this.dress();
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
      const [x, y] = this.toPixel(last);
      if (Math.hypot(event.point.x - x, event.point.y - y) < SAME_PX) {
        this.tell({ do: 'finish' });
        return;
      }
    }
    const at = spotOf(event.lngLat);
    const edge = spotOf(this.map.unproject([event.point.x + TOUCHED_PX, event.point.y]));
    this.tell({ do: 'tap', at, radius: distance(at, edge) });
  }

  destroy(): void {
    for (const end of this.ends) end();
    this.layer.remove();
  }

  // --- a circle in one pull ------------------------------------------------------------------

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
    const to = this.pixelOf(event);
    if (!drawing.moved) {
      if (Math.hypot(to[0] - drawing.from[0], to[1] - drawing.from[1]) < SLIP_PX) return;
      drawing.moved = true;
      this.tell({ do: 'begin', at: drawing.at });
    }
    this.tell({ do: 'pull', handle: { is: 'rim' }, to: this.toSpot(to) });
  }

  private hover(at: Pixel | null): void {
    this.pointer = at;
    if (this.draft?.is === 'polygon' && this.draft.open) this.place();
  }

  // --- handles -------------------------------------------------------------------------------

  /** As many handles as there is to pull, each knowing its name. */
  private dress(): void {
    const wanted = new Map<string, Handle>();
    const { draft } = this;
    if (draft?.is === 'circle' && draft.centre && draft.radius > 0) {
      wanted.set('centre', { is: 'centre' });
      wanted.set('rim', { is: 'rim' });
    } else if (draft?.is === 'polygon') {
      const { points, open } = draft;
      points.forEach((_, n) => {
        if (points.length > 1 && (!open || n < points.length - 1)) {
          wanted.set(`middle-${n}`, { is: 'middle', n });
        }
      });
      // Behind the middles, so that they lie above them.
      points.forEach((_, n) => wanted.set(`corner-${n}`, { is: 'corner', n }));
    }
    for (const [name, button] of this.handles) {
      if (wanted.has(name)) continue;
      this.handles.delete(name);
      button.remove();
    }
    for (const [name, handle] of wanted) {
      let button = this.handles.get(name);
      if (!button) {
        button = this.handle(handle, name);
        this.handles.set(name, button);
        this.layer.append(button);
      }
      button.setAttribute('aria-label', nameOf(handle, draft));
      button.classList.toggle(
        'is-chosen',
        handle.is === 'corner' && draft !== null && handle.n === draft.chosen,
      );
      button.classList.toggle('closes', closes(handle, draft));
    }
  }

  private handle(handle: Handle, name: string): HTMLButtonElement {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = `sketch-handle is-${handle.is}`;
    button.dataset['handle'] = name;
    if (handle.is === 'middle') button.tabIndex = -1;
    // The map must not take these for its own.
    for (const type of ['mousedown', 'touchstart', 'click', 'dblclick', 'contextmenu']) {
      button.addEventListener(type, (event) => event.stopPropagation());
    }
    button.addEventListener('pointerdown', (event) => {
      if (event.button !== 0) return;
      button.setPointerCapture(event.pointerId);
      this.held = { handle, moved: false, from: this.pixelOf(event) };
    });
    button.addEventListener('pointermove', (event) => this.pull(this.pixelOf(event)));
    button.addEventListener('pointerup', () => this.letGo(handle));
    button.addEventListener('pointercancel', () => {
      if (this.held?.moved) this.tell({ do: 'revert' });
      this.held = null;
    });
    button.addEventListener('keydown', (event) => this.key(event, handle));
    button.addEventListener('contextmenu', (event) => {
      event.preventDefault();
      if (handle.is === 'corner') this.tell({ do: 'remove', corner: handle.n });
    });
    return button;
  }

  private pull(to: Pixel): void {
    const { held } = this;
    if (!held) return;
    if (!held.moved) {
      if (Math.hypot(to[0] - held.from[0], to[1] - held.from[1]) < SLIP_PX) return;
      held.moved = true;
      this.tell({ do: 'grab', handle: held.handle, at: this.toSpot(to) });
    }
    this.tell({ do: 'pull', handle: held.handle, to: this.toSpot(to) });
  }

  /** What is pulled goes back to where it was; false when nothing is. */
  private revert(): boolean {
    if (!this.held?.moved) return false;
    this.held = null;
    this.tell({ do: 'revert' });
    return true;
  }

  private letGo(handle: Handle): void {
    const { held, draft } = this;
    this.held = null;
    if (!held || held.moved || !draft) return;
    if (closes(handle, draft)) this.tell({ do: 'finish' });
    else if (handle.is === 'corner') this.tell({ do: 'choose', corner: handle.n });
    else if (handle.is === 'middle') this.insert(handle.n);
  }

  private insert(n: number): void {
    const points = this.draft?.points ?? [];
    const [a, b] = [points[n], points[(n + 1) % points.length]];
    if (a && b) this.tell({ do: 'insert', after: n, at: between(a, b) });
  }

  private key(event: KeyboardEvent, handle: Handle): void {
    const step = event.shiftKey ? NUDGE_PX / 10 : NUDGE_PX;
    const [dx, dy] = ARROWS[event.key] ?? [0, 0];
    if (dx !== 0 || dy !== 0) {
      const at = this.spotOfHandle(handle);
      if (!at) return;
      const [x, y] = this.toPixel(at);
      this.tell({ do: 'grab', handle, at });
      this.tell({ do: 'pull', handle, to: this.toSpot([x + dx * step, y + dy * step]) });
    } else if ((event.key === 'Delete' || event.key === 'Backspace') && handle.is === 'corner') {
      this.tell({ do: 'remove', corner: handle.n });
      this.handles.get(`corner-${Math.max(0, handle.n - 1)}`)?.focus();
    } else if (event.key === 'Enter' || event.key === ' ') {
      this.held = { handle, moved: false, from: [0, 0] };
      this.letGo(handle);
    } else if (event.key !== 'Escape' || !this.revert()) {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  // --- where it all is -----------------------------------------------------------------------

  private spotOfHandle(handle: Handle): Spot | null {
    const { draft } = this;
    if (!draft) return null;
    switch (handle.is) {
      case 'centre':
        return draft.centre;
      case 'rim':
        return draft.centre && destination(draft.centre, draft.rim, draft.radius);
      case 'corner':
        return draft.points[handle.n] ?? null;
      case 'middle': {
        const corners = this.corners();
        const [a, b] = [corners[handle.n], corners[(handle.n + 1) % corners.length]];
        if (!a || !b) return null;
        return { lat: (a.lat + b.lat) / 2, lon: (a.lon + nearTo(b.lon, a.lon)) / 2 };
      }
    }
  }

  /** The corners of the copy of it that is nearest to the middle of the view. */
  private corners(): Spot[] {
    return unrolled(this.draft?.points ?? [], this.map.getCenter().lng);
  }

  private place(): void {
    const { draft } = this;
    if (!draft) return;
    const corners = this.corners().map((spot): Pixel => this.projected(spot));
    let outline = '';
    let lead = '';
    if (draft.is === 'circle' && draft.centre) {
      const lon = nearTo(draft.centre.lon, this.map.getCenter().lng);
      const [ring = []] = accuracyCircle(lon, draft.centre.lat, draft.radius).coordinates;
      outline = pathOf(
        ring.map(([lng = 0, lat = 0]) => this.projected({ lat, lon: lng })),
        true,
      );
    } else {
      outline = pathOf(corners, !draft.open);
      const [first, last] = [corners[0], corners.at(-1)];
      if (draft.open && this.pointer && !this.held && first && last) {
        lead = pathOf(
          corners.length > 1 ? [last, this.pointer, first] : [last, this.pointer],
          false,
        );
      }
    }
    this.area.setAttribute('d', outline);
    this.lead.setAttribute('d', lead);
    for (const [name, button] of this.handles) {
      const [is = '', n = '0'] = name.split('-');
      const index = Number(n);
      const [a, b] = [corners[index], corners[(index + 1) % corners.length]];
      let at: Pixel | undefined;
      if (is === 'corner') at = a;
      else if (is === 'middle') at = a && b && [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
      else {
        const spot = this.spotOfHandle({ is: is === 'rim' ? 'rim' : 'centre' });
        at = spot ? this.toPixel(spot) : undefined;
      }
      if (at) button.style.transform = `translate(${at[0].toFixed(1)}px, ${at[1].toFixed(1)}px)`;
    }
  }

  private toPixel(spot: Spot): Pixel {
    return this.projected({ lat: spot.lat, lon: nearTo(spot.lon, this.map.getCenter().lng) });
  }

  private projected({ lat, lon }: Spot): Pixel {
    const { x, y } = this.map.project([lon, Math.max(-85.05, Math.min(85.05, lat))]);
    return [x, y];
  }

  private toSpot([x, y]: Pixel): Spot {
    return spotOf(this.map.unproject([x, y]));
  }

  private pixelOf(event: MouseEvent): Pixel {
    const { left, top } = this.map.getContainer().getBoundingClientRect();
    return [event.clientX - left, event.clientY - top];
  }

  private tell(deed: Deed): void {
    this.listeners.tell(deed);
  }
}

const ARROWS: Readonly<Record<string, Pixel>> = {
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
};

/** Whether touching this corner joins the last to the first. */
function closes(handle: Handle, draft: Draft | null): boolean {
  if (!draft?.open || handle.is !== 'corner' || draft.points.length < 3) return false;
  return handle.n === 0 || handle.n === draft.points.length - 1;
}

function nameOf(handle: Handle, draft: Draft | null): string {
  const count = draft?.points.length ?? 0;
  switch (handle.is) {
    case 'centre':
      return 'Middle of the circle; arrow keys move it';
    case 'rim':
      return 'Edge of the circle; arrow keys change the radius';
    case 'corner':
      return `Corner ${handle.n + 1} of ${count}; arrow keys move it, Delete takes it away`;
    case 'middle':
      return `New corner between ${handle.n + 1} and ${((handle.n + 1) % count) + 1}`;
  }
}

function spotOf({ lat, lng }: { lat: number; lng: number }): Spot {
  return { lat, lon: lng };
}

function pathOf(pixels: readonly Pixel[], closed: boolean): string {
  if (pixels.length === 0) return '';
  const points = pixels.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`);
  return `M${points.join('L')}${closed ? 'Z' : ''}`;
}
