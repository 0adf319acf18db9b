/**
 * Phones that are being added: at which step one is, and which were added and have not come yet.
 *
 * It outlives the app: anybody who adds a phone has other rights from then on, the server lets them
 * in anew, and everything drawn is made again. What is shown once (link, password) is in memory
 * only, and goes when the dialogue is closed or somebody else comes in.
 */
import { t } from '@lingui/core/macro';
import { signal } from '@preact/signals';
import type { Signal } from '@preact/signals';
import type { PhoneAdded } from '../../../generated';
import { Denied } from '../../../net/api';
import type { Api, Reply } from '../../../net/api';
import type { Key } from '../../../net/protocol';
import type { Read } from '../../../net/shape';
import { isLinkOf } from '../apps';
import type { AppName } from '../apps';
import { guessOf } from './reach';

export type Made = Omit<Read<PhoneAdded>, 'ok'>;

type Phones = Reply<'GET /phones'>;

/** Whose phone it is. `owner` empty: one's own. */
export interface Whose {
  readonly name: string;
  readonly owner: string;
}

export type Stage =
  | { readonly is: 'closed' }
  | { readonly is: 'address' }
  | { readonly is: 'who' }
  /** `thing`: it is set up again, and not new. */
  | { readonly is: 'app'; readonly whose: Whose; readonly thing?: Key; readonly another?: boolean }
  | { readonly is: 'exists'; readonly whose: Whose; readonly thing: Key }
  | { readonly is: 'ready'; readonly name: string; readonly app: AppName; readonly made: Made }
  | { readonly is: 'waiting'; readonly name: string; readonly thing: Key };

export class NewPhones {
  readonly stage: Signal<Stage> = signal({ is: 'closed' });
  readonly waiting = signal<Phones['phones']>([]);
  /** The address that phones are given; null until it was asked for. */
  readonly place = signal<Phones['place'] | null>(null);
  readonly mayAdd = signal(false);
  readonly #api: Api;
  /** Where this page is: not only the origin, behind a proxy we may be below a path. */
  readonly #page: string;
  #whose = '';
  /** An address for this time only, where it is not kept. */
  #address = '';

  constructor(api: Api, page: string) {
    this.#api = api;
    this.#page = page;
  }

  /** Somebody is in: what another one was doing is none of theirs. */
  enter(name: string): void {
    if (name !== this.#whose) this.forget();
    this.#whose = name;
  }

  forget(): void {
    this.stage.value = { is: 'closed' };
    this.waiting.value = [];
    this.place.value = null;
    this.mayAdd.value = false;
    this.#address = '';
  }

  /** The address that phones are given now. */
  get address(): string {
    const place = this.place.value;
    return place?.settled || place?.chosen || this.#address || this.#page.replace(/\/$/, '');
  }

  /** What the address of this server may be, where nobody has said it. */
  get guess(): string {
    const place = this.place.value;
    return place?.chosen || (place ? guessOf(place, this.#page) : this.#page);
  }

  /** Ask which phones have not come yet. What cannot be asked now stays as it was. */
  async load(): Promise<void> {
    try {
      const said = await this.#api.get('phones');
      this.waiting.value = said.phones;
      this.place.value = said.place;
      this.mayAdd.value = said.may_add;
    } catch (error) {
      if (!(error instanceof Denied)) throw error;
    }
  }

  /** Begin; `admin`: asks for the address once, where it is not known. */
  async open(admin: boolean): Promise<void> {
    if (this.place.value === null) await this.load();
    const place = this.place.value;
    const known = place !== null && (place.settled !== '' || place.chosen !== '');
    this.stage.value = { is: admin && !known && this.#address === '' ? 'address' : 'who' };
  }

  /** Begin, where they may add phones at all. */
  async openIfAllowed(): Promise<void> {
    await this.load();
    if (this.mayAdd.value) this.stage.value = { is: 'who' };
  }

  close(): void {
    this.stage.value = { is: 'closed' };
    void this.load();
  }

  /** Keep an address for good. Rejects with Denied. */
  async choose(url: string): Promise<void> {
    const said = await this.#api.put('admin/address', { url });
    if (this.place.value) this.place.value = { ...this.place.value, chosen: said.url };
    this.stage.value = { is: 'who' };
  }

  /** Use an address this once: it is of this machine only, and nobody should get it later. */
  useOnce(url: string): void {
    this.#address = url;
    this.stage.value = { is: 'who' };
  }

  /** Add a phone, or set one up again. Rejects with Denied. */
  async make(stage: Extract<Stage, { is: 'app' }>, app: AppName): Promise<void> {
    const { whose, thing, another = false } = stage;
    const base = this.address;
    const made =
      thing === undefined
        ? await this.#api.post('phones', { ...whose, app, base, another })
        : await this.#api.post('phones/{user}/{device}', deviceOf(thing), { app, base });
    if (made.exists) {
      this.stage.value = { is: 'exists', whose, thing: made.thing as Key };
      return;
    }
    if (!isLinkOf(app, made.link)) {
      throw new Denied('malformed', t`The server answered without a link.`);
    }
    this.stage.value = { is: 'ready', name: whose.name, app, made };
    await this.load();
  }

  /** Take a phone back that never came. Rejects with Denied. */
  async remove(thing: Key): Promise<void> {
    await this.#api.del('phones/{user}/{device}', deviceOf(thing));
    this.close();
  }
}

/** The parts of the path of calls about a phone. */
export function deviceOf(thing: Key): { readonly user: string; readonly device: string } {
  const [, user = '', device = ''] = thing.split('/');
  return { user, device };
}
