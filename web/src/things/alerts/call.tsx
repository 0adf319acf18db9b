/** Calling whom an alert is about, where they have left a number. */
import { t } from '@lingui/core/macro';
import { Phone } from 'lucide';
import type { Key } from '../../app/world';
import { Icon } from '../../ui/icon';
import { telephoneAddress, useTelephone } from './telephones';

export function CallLink({ of }: { of: Key }) {
  const found = useTelephone(of);
  if (!found) return null;
  const name = found.display === '' ? found.account : found.display;
  return (
    <a
      class="button alert-call"
      href={telephoneAddress(found)}
      title={found.telephone}
      aria-label={t`Call ${name}, ${found.telephone}`}
    >
      <Icon of={Phone} size={16} />
      <span>{t`Call ${name}`}</span>
    </a>
  );
}
