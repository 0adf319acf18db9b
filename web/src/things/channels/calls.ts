/** What this device asks the server about its channel. */
import type { ChannelCalls } from '../../app/pushdevice';
import type { Api } from '../../net/api';

export function callsOf(api: Api): ChannelCalls {
  return {
    key: async () => (await api.get('push/key')).key,
    ids: async () => (await api.get('channels')).channels.map(({ id }) => id),
    add: async (channel) => (await api.post('channels', channel)).channel.id,
    async remove(id) {
      await api.del('channels/{id}', { id });
    },
    async here(id) {
      await api.put('channels/{id}', { id }, { here: true });
    },
  };
}
