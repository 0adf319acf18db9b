/** On phones the roster and the details are a sheet at the bottom; this is what it is pulled by. */
import { t } from '@lingui/core/macro';
import { useRef } from 'preact/hooks';
import type { Stop } from './context';
import { useLayout } from './context';

const STOPS: readonly Stop[] = ['low', 'middle', 'high'];

/** Pulling further than this many pixels leads to the next stop. */
const PULL = 36;

export function SheetGrip() {
  const { stop } = useLayout();
  const from = useRef<number | null>(null);
  const move = (by: number) => {
    const index = STOPS.indexOf(stop.value) + by;
    stop.value = STOPS[Math.max(0, Math.min(STOPS.length - 1, index))] ?? 'middle';
  };
  const ended = useRef(false);
  return (
    <button
      type="button"
      class="grip"
      aria-label={stop.value === 'high' ? t`Make the panel smaller` : t`Make the panel larger`}
      onPointerDown={(down) => {
        from.current = down.clientY;
        ended.current = false;
        down.currentTarget.setPointerCapture(down.pointerId);
      }}
      onPointerMove={(moved) => {
        if (from.current === null) return;
        const pulled = moved.clientY - from.current;
        if (Math.abs(pulled) < PULL) return;
        move(pulled < 0 ? 1 : -1);
        // A long pull passes several stops.
        from.current += Math.sign(pulled) * window.innerHeight * 0.3;
        ended.current = true;
      }}
      onPointerUp={() => {
        from.current = null;
      }}
      onPointerCancel={() => {
        from.current = null;
      }}
      onClick={() => {
        if (ended.current) return;
        if (stop.value === 'high') stop.value = 'middle';
        else move(1);
      }}
    >
      <span />
    </button>
  );
}
