/** The calls about channels, for the account's page and the admins'. */
import type { Api, Reply } from '../../net/api';
import type { ChannelsApi } from './service';

/** How everybody's ways to be told stand; `trouble`: why nothing can be told just now. */
export type AccountChannels = Reply<'GET /admin/channels'>;

export function channelsApi(api: Api): ChannelsApi {
  return {
    list: () => api.get('channels'),
    dead: async () => (await api.get('channels/dead')).dead,
    make: (fields) => api.post('channels', fields),
    change: (id, fields) => api.put('channels/{id}', { id }, fields),
    remove: (id) => api.del('channels/{id}', { id }),
    test: (id) => api.post('channels/{id}/test', { id }),
    settle: (channel, id, act) => api.post('channels/{id}/dead', { id: channel }, { id, do: act }),
  };
}

export function accountChannels(api: Api): Promise<AccountChannels> {
  return api.get('admin/channels');
}
