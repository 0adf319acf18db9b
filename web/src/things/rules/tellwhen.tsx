/** "Tell me when…" in the details of a thing: begins a rule about it. And who is told about it already. */
import { t } from '@lingui/core/macro';
import { BellPlus } from 'lucide';
import { useKind, useNavigation, useWho } from '../../app/context';
import { covers, isAdmin } from '../../app/visitor';
import type { Key } from '../../app/world';
import { Icon } from '../../ui/icon';
import { lazily } from '../../ui/lazily';
import { wanted } from './request';
import type { Wanted } from './request';

const WatchedBy = lazily<{ of: Key }>(async () => (await import('./watchers')).WatchedBy);

export function TellWhen(asked: Wanted) {
  const { go } = useNavigation();
  const { sections } = useWho();
  if (!sections.includes('rules')) return null;
  return (
    <button
      type="button"
      class="button"
      data-tell-when
      onClick={() => {
        wanted.value = asked;
        go('rules');
      }}
    >
      <Icon of={BellPlus} size={16} />
      {t`Tell me when…`}
    </button>
  );
}

/** Both of a friend. */
export function TellOf({ of }: { of: Key }) {
  const { visitor, sections } = useWho();
  const ruled = useKind('rule').length + useKind('watch').length > 0;
  if (!sections.includes('rules')) return null;
  return (
    <>
      <section class="part">
        <TellWhen about={[of]} />
      </section>
      {ruled && (isAdmin(visitor) || covers(visitor.rights.own, of)) && <WatchedBy of={of} />}
    </>
  );
}
