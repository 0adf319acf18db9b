/**
 * Who comes in, before anything else of the page exists. Data flows only while somebody is in:
 * what shows the world is made when they come in and dropped when they go, with all it knew.
 *
 * | state  | the page shows                                                      |
 * |-----------|---------------------------------------------------------------------|
 * | asking    | nothing yet: the server is being asked who we are                     |
 * | away      | that the server cannot be reached, and when it is tried again         |
 * | out       | the sign-in form, and why one is out                                  |
 * | founding  | name and password for the first admin (the one-time link)             |
 * | invited   | name and password for anybody who was invited; or a new password          |
 * | shut      | why a shared link shows nothing                                       |
 * | in        | the world                                                             |
 */
import { t } from '@lingui/core/macro';
import { signal } from '@preact/signals';
import type { ReadonlySignal } from '@preact/signals';
import { Denied } from '../net/api';
import type { Api, Reply } from '../net/api';
import type { Calls, Person, SignedOut } from '../generated';
import type { Read } from '../net/shape';
import { NOTHING_KEPT } from './lastpicture';
import type { LastPicture, OnDevice } from './lastpicture';
import { endOfLink, sentence } from './sessionend';
import { visitorOf } from './visitor';
import type { Visitor } from './visitor';
import { WaysIn } from './waysin';

/** Something to tell people who are out: why they are. */
export interface Notice {
  readonly tone: 'info' | 'warn' | 'bad';
  readonly title: string;
  readonly text: string;
}

export type SessionState =
  | { readonly is: 'asking' }
  | { readonly is: 'away' }
  | {
      readonly is: 'out';
      readonly notice?: Notice;
      /** Nobody has an account yet; the way in is the link in the server's log. */
      readonly first: boolean;
      /** Who this browser is taken for without this form: a guest, or who signed in elsewhere. */
      readonly also?: Visitor;
      /** Where they are still signed in: the provider by which they had come. */
      readonly still?: { readonly provider: string; readonly url: string };
    }
  | { readonly is: 'founding' }
  | { readonly is: 'invited'; readonly invited: Invited }
  /** The password was right, and more is wanted: `half` opens nothing but the step for it. */
  | {
      readonly is: 'half';
      readonly wants: 'code' | 'enrol';
      readonly half: string;
      readonly addsPhone: boolean;
    }
  | {
      readonly is: 'shut';
      readonly code: string;
      readonly why: string;
      /** Who is signed in, and cannot see a link as a visitor would. */
      readonly also?: Visitor;
    }
  | {
      readonly is: 'in';
      readonly visitor: Visitor;
      readonly notice?: string;
      /** The server is away: what was shown last, kept on this device. */
      readonly kept?: LastPicture;
      /** They came by an invitation, and are to add a phone of their own. */
      readonly addsPhone?: true;
    };

/** What an invitation is: by whom, until when (epoch s), and for whose new password. */
export interface Invited {
  readonly by: string;
  readonly ends: number;
  /** Empty: for a new account. */
  readonly account: string;
  readonly addsPhone: boolean;
  /** A passkey may take the place of the password. */
  readonly passkey: boolean;
}

/** Who is in now, or what is wanted yet. */
type Answered = Pick<Reply<'POST /session'>, 'user' | 'wants' | 'half'>;

const SORTS = ['welcome', 'share', 'invite', 'reset', 'oidc'] as const;

/** What a sign-in elsewhere came to: who is in, or why not; `text` tells it. */
export interface Came {
  readonly user?: Read<Person> | undefined;
  readonly addsPhone?: boolean;
  readonly notice?: Notice;
}

/** A secret that came in the address: of the first start, a shared link, an invitation, or what a
 * provider sent back. */
export interface Ticket {
  readonly sort: (typeof SORTS)[number];
  readonly secret: string;
}

/** The ticket in a fragment, with or without its `#`; null when there is none. */
export function readTicket(fragment: string): Ticket | null {
  const found = /^#?([a-z]+)=([\w-]{1,6000})$/.exec(fragment);
  const sort = SORTS.find((each) => each === found?.[1]);
  const secret = found?.[2];
  if (sort === undefined || secret === undefined) return null;
  return sort !== 'oidc' && secret.length > 256 ? null : { sort, secret };
}

/** Milliseconds between tries to reach a server that is away. */
const AGAIN = 3000;
/** After so many milliseconds without an answer what is kept on the device is shown. */
const ANSWER_WITHIN = 5000;

export class Session {
  readonly #device: OnDevice;
  readonly waysIn: WaysIn;
  /** For what is asked before anybody is in, too. */
  readonly api: Api;
  readonly #state = signal<SessionState>({ is: 'asking' });
  /** Kept in memory only, and only as long as it is of use. */
  #ticket: Ticket | null = null;
  #again: ReturnType<typeof setTimeout> | undefined;
  readonly #cameBack: (answer: string) => Promise<Came>;

  /** `cameBack` ends a sign-in at a provider; it rejects with Denied only when nobody answers. */
  constructor(
    api: Api,
    cameBack: (answer: string) => Promise<Came> = nobody,
    device: OnDevice = NOTHING_KEPT,
  ) {
    this.api = api;
    this.waysIn = new WaysIn(api);
    this.#cameBack = cameBack;
    this.#device = device;
  }

  get state(): ReadonlySignal<SessionState> {
    return this.#state;
  }

  /** Whether who is in was not asked for yet: the server was away when they came. */
  get unconfirmed(): boolean {
    const state = this.#state.peek();
    return state.is === 'in' && state.kept !== undefined;
  }

  /** Come in with what the browser has: a ticket, else its cookie. Never rejects. */
  async open(ticket: Ticket | null): Promise<void> {
    this.#ticket = ticket ?? this.#ticket;
    clearTimeout(this.#again);
    const late = setTimeout(() => void this.#recall(), ANSWER_WITHIN);
    try {
      if (this.#ticket === null) await this.#ask();
      else if (this.#ticket.sort === 'oidc') await this.#byProvider(this.#ticket);
      else if (this.#ticket.sort === 'welcome') await this.#byWelcome(this.#ticket);
      else await this.#byLink(this.#ticket);
    } catch (error) {
      if (!(error instanceof Denied)) throw error;
      if (await this.#recall()) return;
      this.#become({ is: 'away' });
      this.#again = setTimeout(() => void this.open(null), AGAIN);
    } finally {
      clearTimeout(late);
    }
  }

  /** Show what was seen last, while the server is away; false: nothing is kept, or somebody is in. */
  readonly #recall = async (): Promise<boolean> => {
    if (this.#ticket !== null) return false;
    const kept = await this.#device.last();
    const { is } = this.#state.value;
    if (is === 'in') return true;
    if (!kept || (is !== 'asking' && is !== 'away')) return false;
    this.#become({ is: 'in', visitor: kept.visitor, kept });
    return true;
  };

  /** Rejects with Denied. */
  async signIn(name: string, password: string): Promise<void> {
    this.came(await this.api.post('session', { name, password }));
  }

  /** The server let somebody in, or wants more of them. */
  came({ user, wants, half }: Answered, addsPhone = false): void {
    if (wants === undefined || half === undefined) this.#enter(user, addsPhone);
    else this.#become({ is: 'half', wants, half, addsPhone });
  }

  /** Make the first admin and come in as them. Rejects with Denied. */
  async found(name: string, password: string): Promise<void> {
    const token = this.#ticket?.secret ?? '';
    this.#enter((await this.api.post('welcome', { token, name, password })).user);
  }

  /**
   * Use an invitation: a name for a new account, or none for a new password; a passkey may take the
   * place of the password. Rejects with Denied.
   */
  async join(fields: Omit<Calls['POST /invitation']['asks'], 'token'>): Promise<void> {
    const before = this.#state.value;
    const token = this.#ticket?.secret ?? '';
    const said = await this.api.post('invitation', { token, ...fields });
    this.came(said, before.is === 'invited' && before.invited.addsPhone);
  }

  /** Rejects with Denied when the server could not be told, in which case one is still in. */
  async signOut(everywhere = false): Promise<void> {
    // While we may still tell the server. Should it be away, nothing is kept here all the same.
    const leaves = this.#device.leave?.();
    if (leaves) await leaves;
    const { provider, url }: Read<SignedOut> = everywhere
      ? await this.api.del('sessions')
      : await this.api.del('session');
    this.#ticket = null;
    const notice = {
      tone: 'info',
      title: t`You are signed out`,
      text: everywhere ? t`Here and everywhere else.` : t`Nothing of what was shown is kept here.`,
    } as const;
    const still = provider !== undefined && url !== undefined ? { still: { provider, url } } : {};
    await this.#out(notice, still);
  }

  /** Sign out of the account, and look at what the link shows. Rejects with Denied. */
  async signOutToSeeLink(): Promise<void> {
    await this.api.del('session');
    await this.open(null);
  }

  /** Leave the form for what is possible without it. */
  enterAs(visitor: Visitor): void {
    this.#ticket = null;
    this.#become({ is: 'in', visitor });
  }

  /** A guest wants to sign in. */
  leaveToSignIn(): void {
    const now = this.#state.value;
    if (now.is !== 'in') return;
    this.#become({ is: 'out', first: false, also: now.visitor });
  }

  /** Away from a link that shows nothing, to the form. */
  async forgetLink(): Promise<void> {
    this.#ticket = null;
    await this.open(null);
  }

  /** The server closed the connection: the user must go, or may see something else. So all goes. */
  async ended(reason: string): Promise<void> {
    const before = this.#state.value;
    if (before.is !== 'in') return;
    const { visitor } = before;
    this.#device.drop(); // they may see something else now: what was kept may be too much
    this.#become({ is: 'asking' });
    this.#ticket = null;
    const why = sentence(reason);
    try {
      const now = await this.#who();
      if (this.#state.value.is !== 'asking') return; // they signed out themselves: that was told
      if (now?.way === visitor.way && now.name === visitor.name && now.way !== 'guest') {
        // Their pushes stay.
        this.#become({ is: 'in', visitor: now, notice: why });
        return;
      }
      this.#device.forget();
      if (visitor.way === 'link') {
        this.#become({ is: 'shut', ...endOfLink(reason, visitor, Date.now() / 1000) });
      } else {
        this.#become({
          is: 'out',
          first: false,
          notice: { tone: 'warn', title: t`Please sign in again`, text: why },
          ...(now ? { also: now } : {}),
        });
      }
    } catch (error) {
      this.#device.forget();
      if (!(error instanceof Denied)) throw error;
      this.#become({ is: 'away' });
      this.#again = setTimeout(() => void this.open(null), AGAIN);
    }
  }

  /** The server did not let the connection in, or answered as to nobody: are we still who we were? */
  async check(): Promise<void> {
    const before = this.#state.value;
    if (before.is !== 'in') return;
    // Not reached: the connection says so by itself.
    const now = await this.#who().catch(() => undefined);
    if (now === undefined || this.#state.value !== before) return;
    if (now?.way !== before.visitor.way || now.name !== before.visitor.name) {
      await this.ended(t`the session has ended`);
    } else if (before.kept && JSON.stringify(now) !== JSON.stringify(before.visitor)) {
      this.#become({ is: 'in', visitor: now }); // of other rights than when it was kept
    }
  }

  async #ask(): Promise<void> {
    const { user, first } = await this.waysIn.ask();
    if (user) this.#become({ is: 'in', visitor: visitorOf(user) });
    else this.#become({ is: 'out', first });
  }

  async #byProvider(ticket: Ticket): Promise<void> {
    const came = await this.#cameBack(ticket.secret);
    this.#ticket = null;
    if (came.user) {
      this.#enter(came.user, came.addsPhone);
      return;
    }
    await this.#ask();
    const now = this.#state.value;
    if (came.notice === undefined) return;
    if (now.is === 'out') this.#become({ ...now, notice: came.notice });
    else if (now.is === 'in') this.#become({ ...now, notice: came.notice.text });
  }

  async #byLink(ticket: Ticket): Promise<void> {
    const token = ticket.secret;
    if (ticket.sort !== 'share') this.waysIn.invitation = token;
    try {
      if (ticket.sort === 'share') this.#enter((await this.api.post('link', { token })).user);
      else this.#become({ is: 'invited', invited: await invitationOf(this.api, token) });
    } catch (error) {
      if (!(error instanceof Denied) || error.code === 'offline') throw error;
      const also = error.code === 'signed_in' ? await this.#who() : null;
      const { code, message: why } = error;
      this.#become({ is: 'shut', code, why, ...(also ? { also } : {}) });
    }
  }

  async #byWelcome(ticket: Ticket): Promise<void> {
    try {
      const said = await this.api.post('welcome', { token: ticket.secret });
      if (said.user) this.#enter(said.user);
      else this.#become({ is: 'founding' });
    } catch (error) {
      if (!(error instanceof Denied) || error.code === 'offline') throw error;
      this.#ticket = null;
      await this.#ask();
      const now = this.#state.value;
      if (now.is !== 'out') return; // who is in already needs no link
      const notice = {
        tone: 'bad',
        title: t`This link does not work`,
        text: error.message,
      } as const;
      this.#become({ ...now, notice });
    }
  }

  async #out(notice: Notice, more: Partial<SessionState & { is: 'out' }>): Promise<void> {
    this.#become({ is: 'out', first: false, notice, ...more });
    try {
      const also = await this.#who();
      if (also && this.#state.value.is === 'out') {
        this.#become({ is: 'out', first: false, notice, ...more, also });
      }
    } catch (error) {
      if (!(error instanceof Denied)) throw error;
    }
  }

  async #who(): Promise<Visitor | null> {
    const { user } = await this.waysIn.ask();
    return user ? visitorOf(user) : null;
  }

  #enter(user: Read<Person> | undefined, addsPhone = false): void {
    if (!user) throw new Denied('malformed', t`The server did not say who you are.`);
    this.#ticket = null;
    this.#become({
      is: 'in',
      visitor: visitorOf(user),
      ...(addsPhone ? { addsPhone: true as const } : {}),
    });
  }

  #become(state: SessionState): void {
    clearTimeout(this.#again);
    this.#state.value = state;
  }
}

async function nobody(): Promise<Came> {
  return Promise.resolve({});
}

async function invitationOf(api: Api, token: string): Promise<Invited> {
  const said = await api.post('invitation', { token });
  const { by, ends, account, adds_phone: addsPhone, passkey } = said;
  return { by, ends, account, addsPhone, passkey };
}
