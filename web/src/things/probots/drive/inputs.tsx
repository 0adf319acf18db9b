/** What one drives with: the keys that are held, and the gamepad. */
import { t } from '@lingui/core/macro';
import { Gamepad2, Keyboard } from 'lucide';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Icon } from '../../../ui/icon';
import { useDriving } from './context';
import { followGamepad } from './gamepad';
import { HeldKeys } from './keyboard';

export function KeysShown({ held, mine }: { held: HeldKeys; mine: boolean }) {
  const { driver } = useDriving();
  void driver.flight.value;
  const letters = [
    ['W', 'up'],
    ['A', 'left'],
    ['S', 'down'],
    ['D', 'right'],
  ] as const;
  return (
    <span class="input" aria-hidden="true" data-on={mine}>
      <Icon of={Keyboard} />
      {letters.map(([letter, direction]) => (
        <kbd key={letter} class={held.holds(direction) ? 'hit' : ''}>
          {letter}
        </kbd>
      ))}
    </span>
  );
}

export function GamepadShown({ mine }: { mine: boolean }) {
  const { driver } = useDriving();
  const [name, setName] = useState<string | null>(null);
  const [lost, setLost] = useState(false);
  const driving = useRef(mine);
  driving.current = mine;
  useEffect(
    () =>
      followGamepad({
        wish(wish) {
          driver.wish('gamepad', wish);
        },
        lost() {
          setLost(true);
          if (driving.current)
            driver.tell({ tone: 'warn', text: t`Stopped: the gamepad is gone.` });
        },
        ready(next) {
          setName(next);
          if (next !== null) setLost(false);
        },
      }),
    [driver],
  );
  return (
    <span class="input" data-gamepad={name !== null ? 'ready' : lost ? 'lost' : 'none'}>
      <Icon of={Gamepad2} />
      {name !== null ? t`Gamepad ready` : lost ? t`Gamepad lost` : t`No gamepad`}
    </span>
  );
}
