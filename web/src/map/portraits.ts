/**
 * Portraits: the marks that are elements of the document, with initials or a face, a name, and a
 * triangle that points ahead. Which marks these are, and where they are, is told from outside.
 *
 * Names and pictures come from outside too, so they are set as text and as checked images: `data:`, or
 * an address of the server's below `faces/` or `photos/`.
 * To assistive technology the portraits are hidden: the roster says all they say, in words.
 */
import { screenX, screenY, type Camera } from './camera';
import type { CrowdBuffer, Place } from './crowdbuffer';
import { discBox, labelBox, placeLabels, type Box, type Labelled, type Side } from './labels';
import { spread, type Offset } from './spread';
import type { Mark } from './types';
import { canvasFont } from '../ui/chartfont';

const RADIUS = 19;
const SELECTED_RADIUS = 29;
const FACE =
  /^(?:data:image\/(?:png|jpeg);base64,[A-Za-z0-9+/]+={0,2}|(?:faces|photos)\/[^/:?#]+\/[^/:?#]+\/[0-9a-f]+)$/;
const NAME_PADDING = 18;

interface Portrait {
  readonly root: HTMLElement;
  readonly face: HTMLElement;
  readonly name: HTMLElement;
  readonly age: HTMLElement;
  mark: Mark;
  width: number;
  side: Side | null;
  offset: Offset | null;
  drawnAt: string;
}

export class Portraits {
  private readonly layer: HTMLElement;
  private readonly portraits = new Map<string, Portrait>();
  private readonly pen = document.createElement('canvas').getContext('2d');
  private selected: string | null = null;
  private readonly hintBox = element('div', 'mark-hint');
  private hinted: string | null = null;

  constructor(
    parent: HTMLElement,
    private readonly table: CrowdBuffer,
  ) {
    this.layer = element('div', 'marks');
    this.layer.setAttribute('aria-hidden', 'true');
    this.hintBox.hidden = true;
    this.layer.append(this.hintBox);
    parent.append(this.layer);
  }

  has(id: string): boolean {
    return this.portraits.has(id);
  }

  /** The mark whose portrait an event happened on. */
  static idAt(target: EventTarget | null): string | null {
    const root = target instanceof Element ? target.closest<HTMLElement>('.mark') : null;
    return root?.dataset['id'] ?? null;
  }

  /** Show exactly these, most important first. Their dots vanish from the crowd. */
  show(ids: readonly string[]): void {
    const wanted = new Set(ids);
    for (const id of this.portraits.keys()) if (!wanted.has(id)) this.drop(id);
    for (const id of ids) {
      const slot = this.table.slotOf(id);
      const mark = slot === undefined ? undefined : this.table.marks[slot];
      if (slot === undefined || !mark || this.portraits.has(id)) continue;
      const portrait = paint(create(), mark);
      portrait.root.classList.toggle('is-selected', id === this.selected);
      portrait.width = this.widthOf(mark);
      this.portraits.set(id, portrait);
      this.layer.append(portrait.root);
      this.table.setHidden(slot, true);
    }
  }

  /** A mark changed. Nothing happens if it has no portrait. */
  update(mark: Mark): void {
    const portrait = this.portraits.get(mark.id);
    if (!portrait) return;
    const { label, ageText } = portrait.mark;
    paint(portrait, mark);
    if (label !== mark.label || ageText !== mark.ageText) portrait.width = this.widthOf(mark);
  }

  /** The portrait of a mark, if it has one, goes; its dot comes back. */
  drop(id: string): void {
    const portrait = this.portraits.get(id);
    if (!portrait) return;
    this.portraits.delete(id);
    portrait.root.remove();
    const slot = this.table.slotOf(id);
    if (slot !== undefined) this.table.setHidden(slot, false);
  }

  select(id: string | null): void {
    if (this.selected) this.portraits.get(this.selected)?.root.classList.remove('is-selected');
    this.selected = id;
    if (id) this.portraits.get(id)?.root.classList.add('is-selected');
  }

  /** Name a mark that has no portrait, beside its dot; null takes the name away. */
  hint(mark: Mark | null): void {
    this.hinted = mark && !this.portraits.has(mark.id) ? mark.id : null;
    this.hintBox.hidden = this.hinted === null;
    if (!mark) return;
    const age = mark.presence === 'live' ? undefined : mark.ageText;
    this.hintBox.textContent = age ? `${mark.label} · ${age}` : mark.label;
  }

  /** Put every portrait where its mark is now. Called for every frame, so it does no more. */
  move(camera: Camera, now: number): void {
    const place: Place = { x: 0, y: 0 };
    this.moveHint(camera, now, place);
    for (const [id, portrait] of this.portraits) {
      const slot = this.table.slotOf(id);
      if (slot === undefined) continue;
      this.table.placeOf(slot, now, place);
      const rests = this.table.speedOf(slot, now) === 0;
      // Whole pixels keep letters sharp; tenths keep a glide smooth.
      const x = rounded(screenX(camera, place.x), rests);
      const y = rounded(screenY(camera, place.y), rests);
      const at = `translate(${x}px, ${y}px)`;
      if (at === portrait.drawnAt) continue;
      portrait.root.style.transform = at;
      portrait.drawnAt = at;
    }
  }

  /**
   * Move apart what lies on each other and find room for names. Called a few times a second.
   *
   * @returns what portraits and names cover, pixels
   */
  arrange(camera: Camera, now: number): Box[] {
    const place: Place = { x: 0, y: 0 };
    const discs = [...this.portraits].map(([id]) => {
      this.table.placeOf(this.table.slotOf(id) ?? 0, now, place);
      return { id, x: screenX(camera, place.x), y: screenY(camera, place.y) };
    });
    const offsets = spread(discs);
    const ordered = discs
      .map((disc) => ({ disc, portrait: this.portraits.get(disc.id) as Portrait }))
      .sort(
        (a, b) =>
          importance(b.portrait.mark, this.selected) - importance(a.portrait.mark, this.selected),
      );
    const labelled = ordered.map(({ disc, portrait }): Labelled => {
      const offset = offsets.get(disc.id) ?? null;
      const isSelected = disc.id === this.selected;
      this.shift(portrait, offset, disc.id);
      return {
        x: disc.x + (offset?.dx ?? 0),
        y: disc.y + (offset?.dy ?? 0),
        radius: isSelected ? SELECTED_RADIUS : RADIUS,
        width: portrait.width,
        side: portrait.side,
        always: isSelected,
      };
    });
    const covered = labelled.map(discBox);
    placeLabels(labelled, camera.width).forEach((side, i) => {
      const one = labelled[i];
      if (one && side) covered.push(labelBox(one, side));
      const portrait = ordered[i]?.portrait;
      if (!portrait || portrait.side === side) return;
      portrait.side = side;
      portrait.root.dataset['name'] = side ?? 'none';
    });
    return covered;
  }

  destroy(): void {
    this.layer.remove();
    this.portraits.clear();
  }

  private moveHint(camera: Camera, now: number, place: Place): void {
    const slot = this.hinted === null ? undefined : this.table.slotOf(this.hinted);
    if (slot === undefined) return;
    this.table.placeOf(slot, now, place);
    const x = rounded(screenX(camera, place.x), false);
    const y = rounded(screenY(camera, place.y), false);
    this.hintBox.style.transform = `translate(${x}px, ${y}px) translate(-50%, 10px)`;
  }

  private shift(portrait: Portrait, offset: Offset | null, id: string): void {
    const before = portrait.offset;
    if (before?.dx === offset?.dx && before?.dy === offset?.dy) return;
    portrait.offset = offset;
    portrait.root.style.setProperty('--dx', `${Math.round(offset?.dx ?? 0)}px`);
    portrait.root.style.setProperty('--dy', `${Math.round(offset?.dy ?? 0)}px`);
    const slot = this.table.slotOf(id);
    // Beside its place, the portrait leaves its dot behind to show where it belongs.
    if (slot !== undefined) this.table.setHidden(slot, !offset);
  }

  private widthOf(mark: Mark): number {
    const text =
      mark.ageText && mark.presence !== 'live' ? `${mark.label} ${mark.ageText}` : mark.label;
    if (!this.pen) return text.length * 7 + NAME_PADDING;
    this.pen.font = canvasFont('600');
    return this.pen.measureText(text).width + NAME_PADDING;
  }
}

function importance(mark: Mark, selected: string | null): number {
  if (mark.id === selected) return 4;
  return mark.presence === 'live' ? (mark.moving ? 3 : 2) : mark.presence === 'stale' ? 1 : 0;
}

function rounded(pixels: number, whole: boolean): number {
  return whole ? Math.round(pixels) : Math.round(pixels * 10) / 10;
}

function element(tag: string, className: string, ...children: HTMLElement[]): HTMLElement {
  const made = document.createElement(tag);
  made.className = className;
  made.append(...children);
  return made;
}

function create(): Omit<Portrait, 'mark'> {
  const face = element('span', 'mark-face');
  const name = element('span', 'mark-name');
  const age = element('small', 'mark-age');
  const body = element(
    'div',
    'mark-body',
    element('span', 'mark-glow'),
    element('span', 'mark-ahead'),
    face,
    element('span', 'mark-label', name, age),
  );
  const root = element('div', 'mark', body);
  return { root, face, name, age, width: 0, side: null, offset: null, drawnAt: '' };
}

/** Make a portrait show a mark, touching only what differs from the mark it showed before. */
function paint(portrait: Omit<Portrait, 'mark'> & { mark?: Mark }, mark: Mark): Portrait {
  const { root, face, name, age, mark: before } = portrait;
  if (before?.id !== mark.id) root.dataset['id'] = mark.id;
  if (before?.colour !== mark.colour) root.style.setProperty('--c', mark.colour);
  if (before?.presence !== mark.presence) root.dataset['presence'] = mark.presence;
  const heading = mark.moving ? mark.heading : undefined;
  if (!before || heading !== (before.moving ? before.heading : undefined)) {
    root.classList.toggle('is-heading', heading !== undefined);
    if (heading !== undefined) root.style.setProperty('--heading', `${heading}deg`);
  }
  if (before?.label !== mark.label) name.textContent = mark.label;
  const ageText = mark.presence === 'live' ? '' : (mark.ageText ?? '');
  if (age.textContent !== ageText) age.textContent = ageText;
  if (before?.face !== mark.face || before?.initials !== mark.initials) {
    if (mark.face && FACE.test(mark.face)) {
      const picture = document.createElement('img');
      picture.alt = '';
      picture.draggable = false;
      // One that cannot be had (any more) must not leave a hole.
      picture.addEventListener('error', () => {
        if (face.contains(picture)) face.textContent = mark.initials;
      });
      picture.src = mark.face;
      face.replaceChildren(picture);
    } else {
      face.textContent = mark.initials;
    }
  }
  return Object.assign(portrait, { mark });
}
