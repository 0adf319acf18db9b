/** What there is to do with a friend: follow, draw the trail, share. */
import { t } from '@lingui/core/macro';
import { LocateFixed, Route, Share2 } from 'lucide';
import { useNavigation, useSelection, useWho } from '../../app/context';
import { mayShare } from '../../app/visitor';
import type { Key } from '../../app/world';
import { CopyButton } from '../../ui/copy';
import { Icon } from '../../ui/icon';

export function FriendActions({ of, placed }: { of: Key; placed: boolean }) {
  const { following: followed, follow, trail } = useSelection();
  const following = followed.value === of;
  return (
    <div class="actions">
      <button
        type="button"
        class="button primary"
        aria-pressed={following}
        aria-keyshortcuts="F"
        disabled={!placed}
        onClick={() => {
          follow(following ? null : of);
        }}
      >
        <Icon of={LocateFixed} size={16} />
        {following ? t`Following` : t`Follow`}
        <kbd aria-hidden="true">F</kbd>
      </button>
      <button
        type="button"
        class="button"
        aria-pressed={trail.value}
        aria-keyshortcuts="T"
        disabled={!placed}
        onClick={() => {
          trail.value = !trail.value;
        }}
      >
        <Icon of={Route} size={16} />
        {t`Trail`}
      </button>
      <ShareButton of={of} />
    </div>
  );
}

function ShareButton({ of }: { of: Key }) {
  const { visitor } = useWho();
  const { link } = useNavigation();
  const { sharing } = useSelection();
  if (mayShare(visitor, of)) {
    return (
      <button
        type="button"
        class="button"
        onClick={() => {
          sharing.value = of;
        }}
      >
        <Icon of={Share2} size={16} />
        {t`Share`}
      </button>
    );
  }
  const share = () => {
    const url = link();
    if ('share' in navigator && matchMedia('(pointer: coarse)').matches) {
      // Dismissing the system's dialog rejects; that is no error.
      navigator.share({ title: document.title, url }).catch(() => undefined);
      return true;
    }
    return false;
  };
  if ('share' in navigator && matchMedia('(pointer: coarse)').matches) {
    return (
      <button type="button" class="button" onClick={share}>
        <Icon of={Share2} size={16} />
        {t`Share`}
      </button>
    );
  }
  return <CopyButton text={() => link()} label={t`Copy a link to this view`} words={t`Link`} />;
}
