/**
 * What somebody does with regions on this page: which one is being drawn or edited, saving it, what
 * the server had against that, and the other requests about regions and phones.
 */
import { batch, computed, signal } from '@preact/signals';
import type { ReadonlySignal, Signal } from '@preact/signals';
import { Refused } from '../../net/requests';
import type { Ask, Code } from '../../net/requests';
import type { Key, World } from '../../app/world';
import { begun, applied, draftOf, EMPTY, flawsOf, requestOf, sameShape } from '../../map/draft';
import type { Edit, Draft, Drawing, Edited, Flaw, Particulars } from '../../map/draft';
import { readRegion } from './read';
import type { Region } from './read';

export interface Refusal {
  /** A word for programs; `stale`: somebody else changed it meanwhile. */
  readonly code: Code;
  /** The server's words. */
  readonly why: string;
}

export interface Editing {
  /** The region that is changed; null while a new one is drawn. */
  readonly edited: Edited;
  readonly begun: { readonly draft: Draft; readonly particulars: Particulars };
}

export class RegionService {
  /** What is being edited; null when nothing is. */
  readonly editing: ReadonlySignal<Editing | null>;
  readonly drawing: ReadonlySignal<Drawing>;
  readonly particulars: ReadonlySignal<Particulars>;
  readonly flaws: ReadonlySignal<readonly Flaw[]>;
  readonly saving: ReadonlySignal<boolean>;
  readonly refusal: ReadonlySignal<Refusal | null>;
  /** Somebody wants to leave with changes that are not saved, and is asked once more. */
  readonly leaving: ReadonlySignal<boolean>;
  readonly #editing = signal<Editing | null>(null);
  readonly #drawing: Signal<Drawing>;
  readonly #particulars: Signal<Particulars>;
  readonly #saving = signal(false);
  readonly #refusal = signal<Refusal | null>(null);
  readonly #leaving = signal(false);
  readonly #world: World;
  readonly #ask: Ask;

  constructor(world: World, ask: Ask) {
    this.#world = world;
    this.#ask = ask;
    this.#drawing = signal(begun(EMPTY.circle));
    this.#particulars = signal({ name: '', colour: 1, shared: true });
    this.editing = this.#editing;
    this.drawing = this.#drawing;
    this.particulars = this.#particulars;
    this.saving = this.#saving;
    this.refusal = this.#refusal;
    this.leaving = this.#leaving;
    this.flaws = computed(() => flawsOf(this.#drawing.value.now, this.#particulars.value));
  }

  region(key: Key): Region | undefined {
    const thing = this.#world.get(key);
    return thing?.k === 'region' ? readRegion(thing) : undefined;
  }

  /** Begin a new one. */
  draw(is: Draft['is'], shared: boolean): void {
    const colour = (this.#world.kind('region').size % 8) + 1;
    this.#begin(null, EMPTY[is], { name: '', colour, shared });
  }

  edit(region: Region): void {
    if (!region.shape) return;
    const { key, version, name, owner } = region;
    this.#begin({ key, version }, draftOf(region.shape), {
      name,
      colour: Number(region.colour.slice(1)),
      shared: owner === undefined,
    });
  }

  #begin(edited: Edited, draft: Draft, particulars: Particulars): void {
    batch(() => {
      this.#drawing.value = begun(draft);
      this.#particulars.value = particulars;
      this.#refusal.value = null;
      this.#leaving.value = false;
      this.#editing.value = { edited, begun: { draft, particulars } };
    });
  }

  /** The other sort of shape, while a new one is drawn. */
  reshape(is: Draft['is']): void {
    if (this.#editing.value?.edited !== null || this.#drawing.value.now.is === is) return;
    this.#drawing.value = begun(EMPTY[is]);
  }

  apply(edit: Edit): void {
    if (!this.#editing.value || this.#saving.value) return;
    this.#drawing.value = applied(this.#drawing.value, edit);
    this.#leaving.value = false;
  }

  fill(part: Partial<Particulars>): void {
    this.#particulars.value = { ...this.#particulars.value, ...part };
  }

  get changed(): boolean {
    const editing = this.#editing.value;
    if (!editing) return false;
    const { draft, particulars } = editing.begun;
    const { name, shared, colour } = this.#particulars.value;
    return (
      !sameShape(draft, this.#drawing.value.now) ||
      this.#drawing.value.now.points.length !== draft.points.length ||
      name !== particulars.name ||
      shared !== particulars.shared ||
      colour !== particulars.colour
    );
  }

  /** Save it; the region's key, or null when that did not work (see `refusal`). */
  async save(): Promise<Key | null> {
    const editing = this.#editing.value;
    if (!editing || this.#saving.value || this.flaws.value.length > 0) return null;
    const { edited } = editing;
    this.#saving.value = true;
    this.#refusal.value = null;
    try {
      const fields = requestOf(this.#drawing.value.now, this.#particulars.value, edited);
      const { thing } = await this.#ask('region', fields);
      this.close();
      return thing;
    } catch (error) {
      this.#refusal.value = refusalOf(error);
      return null;
    } finally {
      this.#saving.value = false;
    }
  }

  /** After a conflict: our changes upon what the other one made of it. */
  insist(): Promise<Key | null> {
    const editing = this.#editing.value;
    const current = editing?.edited && this.region(editing.edited.key);
    if (editing && current) {
      const { key, version } = current;
      this.#editing.value = { ...editing, edited: { key, version } };
    }
    return this.save();
  }

  /** After a conflict: what the other one made of it, without our changes. */
  yield(): void {
    const edited = this.#editing.value?.edited;
    const current = edited && this.region(edited.key);
    if (current) this.edit(current);
    else this.close();
  }

  /** Somebody wants to leave; changes are not thrown away at once. */
  leave(): void {
    if (this.changed && !this.#leaving.value) this.#leaving.value = true;
    else this.close();
  }

  stay(): void {
    this.#leaving.value = false;
  }

  /** One step back out: of adding corners, of the question, of the editor. */
  escape(): void {
    const { now } = this.#drawing.value;
    if (this.#leaving.value) this.stay();
    else if (now.is === 'polygon' && now.open && now.points.length >= 3)
      this.apply({ do: 'finish' });
    else if (now.chosen !== null && !now.open) this.apply({ do: 'choose', corner: null });
    else this.leave();
  }

  close(): void {
    batch(() => {
      this.#editing.value = null;
      this.#refusal.value = null;
      this.#leaving.value = false;
    });
  }

  async remove({ key, version }: Region): Promise<void> {
    await this.#ask('unregion', { thing: key, version });
  }

  /** Make a shared region of a phone's waypoint; the key of the new one. */
  async adopt({ key }: Region): Promise<Key> {
    return (await this.#ask('adopt', { thing: key })).thing;
  }
}

export function refusalOf(error: unknown): Refusal {
  if (error instanceof Refused) return { code: error.code, why: error.message };
  throw error;
}
