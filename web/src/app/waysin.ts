/** How one signs in here: by password, and at which providers; and the way to one of these. */
import { t } from '@lingui/core/macro';
import { signal } from '@preact/signals';
import type { ReadonlySignal } from '@preact/signals';
import type { ProviderShown, SignInElsewhere } from '../generated';
import { Denied } from '../net/api';
import type { Api, Reply } from '../net/api';
import type { Read } from '../net/shape';

export interface Ways {
  readonly passwords: boolean;
  readonly providers: readonly Read<ProviderShown>[];
}

export class WaysIn {
  readonly #api: Api;
  readonly #ways = signal<Ways | null>(null);

  /** The secret of the invitation that is looked at, if one is. */
  invitation = '';

  constructor(api: Api) {
    this.#api = api;
  }

  /** Null before the server said so. */
  get ways(): ReadonlySignal<Ways | null> {
    return this.#ways;
  }

  /** Ask who is here, and learn the ways by it. Rejects with Denied. */
  async ask(): Promise<Reply<'GET /session'>> {
    const said = await this.#api.get('session');
    this.#ways.value = { passwords: said.passwords ?? true, providers: said.providers ?? [] };
    return said;
  }

  /** Ask for the ways; without an answer there are none besides the password. */
  async learn(): Promise<void> {
    await this.ask().catch(() => undefined);
  }

  /** Where to go to sign in at a provider and come back to this place. Rejects with Denied. */
  async signIn(name: string): Promise<string> {
    return this.#begin(name, { purpose: 'sign_in', place: location.hash });
  }

  /** … to use the invitation by it; `called`: as one wants to be called. Rejects with Denied. */
  async join(name: string, called: string): Promise<string> {
    return this.#begin(name, { purpose: 'join', token: this.invitation, name: called });
  }

  /** … to link the account that is signed in. Rejects with Denied. */
  async link(name: string): Promise<string> {
    return this.#begin(name, { purpose: 'link', place: '#account' });
  }

  async #begin(name: string, asked: Partial<SignInElsewhere>): Promise<string> {
    const { url, back } = await this.#api.post('oidc/{name}', { name }, asked);
    // What this browser keeps meanwhile is kept for this address; it would be missed at another.
    if (new URL(back).origin === location.origin) return url;
    throw new Denied('not_begun', t`This works at ${back} only. Please open that address.`);
  }
}
