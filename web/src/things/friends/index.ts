/** Friends: people's devices, known through OwnTracks. */
import { t } from '@lingui/core/macro';
import type { Kind } from '../kind';
import { friendMarker } from './mark';
import { FriendHeadline, FriendPanel } from './panel';
import { readFriend } from './read';
import { summariseFriend } from './summary';

export const friend: Kind = {
  name: 'friend',
  read: readFriend,
  listed: {
    group: {
      id: 'friends',
      get title() {
        return t`Friends`;
      },
    },
    summarise: summariseFriend,
  },
  details: { Headline: FriendHeadline, Panel: FriendPanel },
  marker: friendMarker,
  granted: {
    label: () => t`All friends`,
    within: () => t`all friends`,
    rights: ['see', 'own'],
    owned: true,
  },
};
