/** The calls about channels, for the account's page and the admins'. */
import type { Api } from '../../net/api';
import type { Channel, Channels, Dead, AccountChannel } from './model';
import type { ChannelsApi, TestResult } from './service';

export interface AccountChannels {
  readonly channels: readonly AccountChannel[];
  /** Why nothing can be told just now; empty: it can. */
  readonly trouble: string;
}

interface Loose {
  get(path: 'channels'): Promise<Channels>;
  get(path: 'channels/dead'): Promise<{ dead: readonly Dead[] }>;
  get(path: 'admin/channels'): Promise<AccountChannels>;
  post(path: 'channels', fields: object): Promise<{ channel: Channel; secret?: string | null }>;
  post(path: 'channels/{id}/test', parts: { id: string }, fields: object): Promise<TestResult>;
  post(path: 'channels/{id}/dead', parts: { id: string }, fields: object): Promise<unknown>;
  put(path: 'channels/{id}', parts: { id: string }, fields: object): Promise<unknown>;
  del(path: 'channels/{id}', parts: { id: string }): Promise<unknown>;
}

export function channelsApi(given: Api): ChannelsApi {
  const api = given as unknown as Loose;
  return {
    list: () => api.get('channels'),
    dead: async () => (await api.get('channels/dead')).dead,
    make: (fields) => api.post('channels', fields),
    change: (id, fields) => api.put('channels/{id}', { id }, fields),
    remove: (id) => api.del('channels/{id}', { id }),
    test: (id) => api.post('channels/{id}/test', { id }, {}),
    settle: (channel, id, act) =>
      api.post('channels/{id}/dead', { id: channel }, { id, do: act }),
  };
}

export function accountChannels(given: Api): Promise<AccountChannels> {
  return (given as unknown as Loose).get('admin/channels');
}
