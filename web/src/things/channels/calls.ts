/** What this device asks the server about its channel. */
import type { ChannelCalls } from '../../app/pushdevice';
import type { Api } from '../../net/api';

interface Loose {
  get(path: 'push/key'): Promise<{ key: string }>;
  get(path: 'channels'): Promise<{ channels: readonly { id: string }[] }>;
  post(path: 'channels', fields: object): Promise<{ channel: { id: string } }>;
  del(path: 'channels/{id}', parts: { id: string }): Promise<unknown>;
}

export function callsOf(given: Api): ChannelCalls {
  const api = given as unknown as Loose;
  return {
    key: async () => (await api.get('push/key')).key,
    ids: async () => (await api.get('channels')).channels.map(({ id }) => id),
    add: async (channel) => (await api.post('channels', channel)).channel.id,
    async remove(id) {
      await api.del('channels/{id}', { id });
    },
  };
}
