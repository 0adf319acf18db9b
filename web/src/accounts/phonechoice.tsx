/** Which phone is theirs: one that they will add, one that is on the map already, or none. */
import { t } from '@lingui/core/macro';
import { Smartphone, UserX } from 'lucide';
import { useRoster } from '../things/context';
import { Icon } from '../ui/icon';
import { singleChoices } from './choices';
import type { Choice } from './choices';
import { Face } from './picker';

export type Phone = 'adds' | 'none' | Choice;

export function PhoneChoice({ phone, change }: { phone: Phone; change(phone: Phone): void }) {
  const { entries } = useRoster();
  const chosen = typeof phone === 'string' ? phone : phone.grant;
  const row = (value: Phone, name: string, face: preact.JSX.Element) => {
    const id = typeof value === 'string' ? value : value.grant;
    return (
      <label key={id} class="face-row">
        <input
          type="radio"
          name="phone"
          value={id}
          checked={chosen === id}
          onChange={() => {
            change(value);
          }}
        />
        {face}
        <span>{name}</span>
      </label>
    );
  };
  return (
    <fieldset class="grants" data-right="phone">
      <legend>{t`Which phone is theirs?`}</legend>
      <div class="face-rows" tabIndex={-1}>
        {row('adds', t`They will add their own`, <Sign of={Smartphone} />)}
        {row('none', t`None`, <Sign of={UserX} />)}
        {singleChoices('own', entries, []).map((each) => row(each, each.name, <Face of={each} />))}
      </div>
    </fieldset>
  );
}

function Sign({ of }: { of: Parameters<typeof Icon>[0]['of'] }) {
  return (
    <span class="face-sign" aria-hidden="true">
      <Icon of={of} size={16} />
    </span>
  );
}
