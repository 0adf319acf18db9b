/** The picture of an entry, grey once what is known of it is old. */
import { computed } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import { useTime } from '../app/context';
import { Avatar } from '../ui/avatar';
import { useRoster } from './context';
import { freshnessOf } from './entry';
import type { Entry } from './entry';

interface EntryAvatarProps {
  readonly entry: Entry;
  readonly robot: boolean;
  readonly face: string | undefined;
  readonly large?: boolean;
  readonly small?: boolean;
}

export function EntryAvatar({ entry, ...looks }: EntryAvatarProps) {
  const { linksShown } = useRoster();
  const { now } = useTime();
  // Drawn anew when this changes, not with every second.
  const presence = useMemo(
    () => computed(() => freshnessOf(entry, linksShown.value, now.value).presence),
    [entry, linksShown, now],
  );
  return (
    <Avatar {...looks} colour={entry.colour} initials={entry.initials} presence={presence.value} />
  );
}
