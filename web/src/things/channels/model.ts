/** One's own ways to be told outside the page, as the server tells of them. */
import type { Quiet } from './quiet';

export interface Channel {
  readonly id: string;
  readonly type: 'push' | 'address' | 'mqtt' | 'webhook';
  readonly name: string;
  /** What is shown of a secret address. */
  readonly host: string;
  readonly language: string;
  readonly zone: string;
  readonly quiet?: Quiet | null;
  /** What is urgent is told in quiet hours, too. */
  readonly passes: boolean;
  readonly enabled: boolean;
  /** When something was taken last, epoch seconds. */
  readonly last?: number | null;
  /** Why the last try was not taken, in the channel's own words. */
  readonly why?: string | null;
  readonly waiting: number;
  readonly dead: number;
}

export interface Channels {
  readonly channels: readonly Channel[];
  /** What an address may begin with. */
  readonly addresses: readonly string[];
  readonly most: number;
}

export interface Dead {
  readonly id: string;
  readonly channel: string;
  readonly title: string;
  readonly body: string;
  readonly at: number;
  readonly why: string;
  readonly attempts: number;
  readonly ended: number;
}

export interface AccountChannel {
  readonly id: string;
  readonly account: string;
  readonly type: Channel['type'];
  readonly host: string;
  readonly enabled: boolean;
  readonly last?: number | null;
  readonly why?: string | null;
  readonly waiting: number;
  readonly dead: number;
}

/** How a channel stands, in one word for the page. */
export type Health = 'off' | 'failing' | 'works' | 'new';

export function healthOf({
  enabled,
  why,
  last,
}: Pick<Channel, 'enabled' | 'why' | 'last'>): Health {
  if (!enabled) return 'off';
  if (typeof why === 'string' && why !== '') return 'failing';
  return typeof last === 'number' ? 'works' : 'new';
}
