/** In the list of everyone: phones that were added and have not reported yet. */
import { t } from '@lingui/core/macro';
import { Smartphone } from 'lucide';
import { useEffect } from 'preact/hooks';
import { ageText } from '../../../app/ages';
import { useChanges, useLive, useTime } from '../../../app/context';
import type { Key } from '../../../app/world';
import { Icon } from '../../../ui/icon';
import { useNewPhones } from './context';

export function WaitingPhones() {
  const { world } = useLive();
  const { now } = useTime();
  const phones = useNewPhones();
  useChanges(({ kinds, keys }) => kinds.has('friend') || keys.size === 0);
  const waiting = phones.waiting.value.filter(({ thing }) => !world.get(thing as Key));
  const come = waiting.length < phones.waiting.value.length;
  useEffect(() => {
    if (come) void phones.load();
  }, [phones, come]);
  if (waiting.length === 0) return null;
  return (
    <ul class="waited-for" aria-label={t`Phones that have not reported yet`}>
      {waiting.map(({ thing, name, since }) => (
        <li key={thing}>
          <button
            type="button"
            class="row"
            data-waiting={thing}
            onClick={() => {
              phones.stage.value = { is: 'waiting', name, thing: thing as Key };
            }}
          >
            <span class="who-circle" aria-hidden="true">
              <Icon of={Smartphone} size={18} />
            </span>
            <span class="who">
              <span class="name">{name}</span>
              <span class="where">{t`Waiting for its first message`}</span>
            </span>
            <span class="right">
              <span class="age">{ageText(now.value - since)}</span>
            </span>
          </button>
        </li>
      ))}
    </ul>
  );
}
