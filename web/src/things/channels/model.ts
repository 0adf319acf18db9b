/** One's own ways to be told outside the page, as the server tells of them. */
import type { Reply } from '../../net/api';

export type Channels = Omit<Reply<'GET /channels'>, 'ok'>;
export type Channel = Channels['channels'][number];
/** What a channel never took. */
export type Dead = Reply<'GET /channels/dead'>['dead'][number];
/** How somebody's channel stands, for admins. */
export type AccountChannel = Reply<'GET /admin/channels'>['channels'][number];

/** How a channel stands, in one word for the page. */
export type Health = 'off' | 'failing' | 'works' | 'new';

export function healthOf({
  enabled,
  why,
  last,
}: Pick<Channel, 'enabled' | 'why' | 'last'>): Health {
  if (!enabled) return 'off';
  if (why !== undefined && why !== '') return 'failing';
  return last === undefined ? 'new' : 'works';
}
