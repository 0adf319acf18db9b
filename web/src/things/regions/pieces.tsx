/** Small pieces of what is shown of regions: their sign, and somebody in one. */
import { Circle, Pentagon } from 'lucide';
import type { ComponentChildren } from 'preact';
import { faceOf } from '../../ui/face';
import { Avatar } from '../../ui/avatar';
import { useChanges, useLive, useSelection } from '../../app/context';
import { useRoster } from '../context';
import { EntryAvatar } from '../entryavatar';
import { Icon } from '../../ui/icon';
import { keyOf, splitKey } from '../../app/world';
import type { Key } from '../../app/world';
import type { Region } from './read';

/** A region's colour and shape, where friends have their picture. */
export function RegionSign({
  region,
  large = false,
}: {
  region: Pick<Region, 'colour' | 'shape' | 'sort'>;
  large?: boolean;
}) {
  return (
    <span
      class={`region-sign${large ? ' large' : ''}`}
      data-sort={region.sort}
      style={{ '--c': `var(--${region.colour})` }}
      aria-hidden="true"
    >
      <Icon of={region.shape?.is === 'polygon' ? Pentagon : Circle} size={large ? 24 : 17} />
    </span>
  );
}

/** Somebody's name, also when we know nothing of them but their key. */
export function useNames(): (key: Key) => string {
  const { entries } = useRoster();
  return (key) => entries.get(key)?.name ?? splitKey(key)[1];
}

export function SmallAvatar({ of }: { of: Key }) {
  const { world } = useLive();
  const { entries } = useRoster();
  useChanges(({ keys }) => keys.has(of));
  const entry = entries.get(of);
  const [kind, id] = splitKey(of);
  const robot = kind === 'probot';
  if (!entry) {
    return <Avatar small colour="muted" initials="?" presence="offline" robot={robot} />;
  }
  const face = kind === 'friend' ? faceOf(world.get(keyOf('face', id))) : undefined;
  return <EntryAvatar small entry={entry} robot={robot} face={face} />;
}

/** Somebody in a list: choosing them shows them on the map. */
export function Somebody({ of, children }: { of: Key; children?: ComponentChildren }) {
  const { show } = useSelection();
  const { entries } = useRoster();
  const name = useNames()(of);
  useChanges(({ keys }) => keys.has(of));
  const known = entries.has(of);
  return (
    <button
      type="button"
      class="somebody"
      data-somebody={of}
      disabled={!known}
      onClick={() => {
        show(of);
      }}
    >
      <SmallAvatar of={of} />
      <span class="who">
        <b class="ellipsis">{name}</b>
        {children}
      </span>
    </button>
  );
}
