/** The button by which a phone is added. */
import { t } from '@lingui/core/macro';
import { Smartphone } from 'lucide';
import { useWho } from '../../../app/context';
import { isAdmin } from '../../../app/visitor';
import { Icon } from '../../../ui/icon';
import { useNewPhones } from './context';

type Kind = '' | 'button' | 'button small' | 'button primary' | 'menu-item';

export function AddPhoneButton({ kind = '', before }: { kind?: Kind; before?(): void }) {
  const { visitor } = useWho();
  const phones = useNewPhones();
  if (!phones.mayAdd.value) return null;
  return (
    <button
      type="button"
      class={kind}
      data-add-phone
      onClick={() => {
        before?.();
        void phones.open(isAdmin(visitor));
      }}
    >
      <Icon of={Smartphone} size={16} />
      {t`Add a phone`}
    </button>
  );
}
