/**
 * A button that must be held, so that nobody shuts a robot down in passing. Who cannot hold it types
 * the robot's name instead.
 */
import { t } from '@lingui/core/macro';
import { Power } from 'lucide';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Icon } from '../../../ui/icon';

/** How long it must be held, in milliseconds. */
export const HOLD = 1500;

export function HoldButton({
  name,
  disabled,
  onDone,
}: {
  name: string;
  disabled: boolean;
  onDone: () => void;
}) {
  const [held, setHeld] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const end = () => {
    clearTimeout(timer.current);
    timer.current = undefined;
    setHeld(false);
  };
  const begin = () => {
    if (disabled || timer.current !== undefined) return;
    setHeld(true);
    timer.current = setTimeout(() => {
      end();
      onDone();
    }, HOLD);
  };
  useEffect(() => {
    addEventListener('blur', end);
    return () => {
      removeEventListener('blur', end);
      clearTimeout(timer.current);
    };
  }, []);
  const seconds = HOLD / 1000;
  return (
    <button
      type="button"
      class="hold"
      disabled={disabled}
      data-held={held}
      style={{ '--hold': `${String(HOLD)}ms` }}
      aria-description={t`Hold for ${seconds} seconds`}
      onPointerDown={(event) => {
        if (event.button === 0) begin();
      }}
      onPointerUp={end}
      onPointerLeave={end}
      onPointerCancel={end}
      onContextMenu={(event) => {
        event.preventDefault();
      }}
      onKeyDown={(event) => {
        if (event.key !== 'Enter') return;
        event.preventDefault();
        if (!event.repeat) begin();
      }}
      onKeyUp={end}
      onBlur={end}
    >
      <span class="fill" />
      <Icon of={Power} />
      {held ? t`Keep holding …` : name}
    </button>
  );
}
