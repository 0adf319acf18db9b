/**
 * The handles of what is being drawn: buttons, to be pulled by pointer or moved by keys. They are
 * elements of the document, because a handle must be under the finger at once.
 */
import { t } from '@lingui/core/macro';
import { between } from './draft';
import type { Draft, Edit, Handle } from './draft';
import type { Pixel, Plane } from './plane';

/** Moving less than this is touching, pixels. */
export const SLIP_PX = 3;
/** How far an arrow key moves a handle, pixels; with Shift a tenth. */
const NUDGE_PX = 10;

const ARROWS: Readonly<Record<string, Pixel>> = {
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
};

export class Handles {
  private draft: Draft | null = null;
  private readonly buttons = new Map<string, HTMLButtonElement>();
  /** The handle that is pulled, and whether it has moved. */
  private held: { readonly handle: Handle; moved: boolean; from: Pixel } | null = null;

  /** @param layer the element that the buttons lie in */
  constructor(
    private readonly layer: HTMLElement,
    private readonly plane: Plane,
    private readonly tell: (edit: Edit) => void,
  ) {}

  /** Whether one of them is held. */
  get busy(): boolean {
    return this.held !== null;
  }

  /** As many handles as there is to pull, each knowing its name. */
  show(draft: Draft | null): void {
    if (!draft) this.held = null;
    this.draft = draft;
    const wanted = handlesOf(draft);
    for (const [name, button] of this.buttons) {
      if (wanted.has(name)) continue;
      this.buttons.delete(name);
      button.remove();
    }
    for (const [name, handle] of wanted) {
      const button = this.buttons.get(name) ?? this.make(name, handle);
      button.setAttribute('aria-label', nameOf(handle, draft));
      button.classList.toggle(
        'is-chosen',
        handle.is === 'corner' && draft !== null && handle.n === draft.chosen,
      );
      button.classList.toggle('closes', closes(handle, draft));
    }
  }

  place(corners: readonly Pixel[]): void {
    for (const [name, button] of this.buttons) {
      const [is = '', n = '0'] = name.split('-');
      const index = Number(n);
      const [a, b] = [corners[index], corners[(index + 1) % corners.length]];
      let at: Pixel | undefined;
      if (is === 'corner') at = a;
      else if (is === 'middle') at = a && b && [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
      else {
        const handle: Handle = { is: is === 'rim' ? 'rim' : 'centre' };
        const spot = this.plane.spotOfHandle(handle, this.draft);
        at = spot ? this.plane.toPixel(spot) : undefined;
      }
      if (at) button.style.transform = `translate(${at[0].toFixed(1)}px, ${at[1].toFixed(1)}px)`;
    }
  }

  private make(name: string, handle: Handle): HTMLButtonElement {
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
      this.held = { handle, moved: false, from: this.plane.pixelOf(event) };
    });
    button.addEventListener('pointermove', (event) => this.pull(this.plane.pixelOf(event)));
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
    this.buttons.set(name, button);
    this.layer.append(button);
    return button;
  }

  private pull(to: Pixel): void {
    const { held, plane } = this;
    if (!held) return;
    if (!held.moved) {
      if (Math.hypot(to[0] - held.from[0], to[1] - held.from[1]) < SLIP_PX) return;
      held.moved = true;
      this.tell({ do: 'grab', handle: held.handle, at: plane.toSpot(to) });
    }
    this.tell({ do: 'pull', handle: held.handle, to: plane.toSpot(to) });
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
      const at = this.plane.spotOfHandle(handle, this.draft);
      if (!at) return;
      const [x, y] = this.plane.toPixel(at);
      this.tell({ do: 'grab', handle, at });
      const to = this.plane.toSpot([x + dx * step, y + dy * step]);
      this.tell({ do: 'pull', handle, to });
    } else if ((event.key === 'Delete' || event.key === 'Backspace') && handle.is === 'corner') {
      this.tell({ do: 'remove', corner: handle.n });
      this.buttons.get(`corner-${Math.max(0, handle.n - 1)}`)?.focus();
    } else if (event.key === 'Enter' || event.key === ' ') {
      this.held = { handle, moved: false, from: [0, 0] };
      this.letGo(handle);
    } else if (event.key !== 'Escape' || !this.revert()) {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }
}

/** What of a draft can be pulled, by name; later ones lie above earlier ones. */
function handlesOf(draft: Draft | null): Map<string, Handle> {
  const found = new Map<string, Handle>();
  if (draft?.is === 'circle' && draft.centre && draft.radius > 0) {
    found.set('centre', { is: 'centre' });
    found.set('rim', { is: 'rim' });
  } else if (draft?.is === 'polygon') {
    const { points, open } = draft;
    points.forEach((_, n) => {
      if (points.length > 1 && (!open || n < points.length - 1)) {
        found.set(`middle-${n}`, { is: 'middle', n });
      }
    });
    // Behind the middles, so that they lie above them.
    points.forEach((_, n) => found.set(`corner-${n}`, { is: 'corner', n }));
  }
  return found;
}

/** Whether touching this corner joins the last to the first. */
function closes(handle: Handle, draft: Draft | null): boolean {
  if (!draft?.open || handle.is !== 'corner' || draft.points.length < 3) return false;
  return handle.n === 0 || handle.n === draft.points.length - 1;
}

function nameOf(handle: Handle, draft: Draft | null): string {
  const count = draft?.points.length ?? 0;
  switch (handle.is) {
    case 'centre':
      return t`Middle of the circle; arrow keys move it`;
    case 'rim':
      return t`Edge of the circle; arrow keys change the radius`;
    case 'corner':
      return t`Corner ${handle.n + 1} of ${count}; arrow keys move it, Delete takes it away`;
    case 'middle':
      return t`New corner between ${handle.n + 1} and ${((handle.n + 1) % count) + 1}`;
  }
}
