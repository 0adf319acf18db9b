/** What hands do on the bar: drag along it, turn the wheel over it, pinch it. */
import { useRef } from 'preact/hooks';
import type { TimeTravel } from '../../past/timetravel';
import { lengthOf, timeIn, zoomed } from '../../past/stretch';

/** So much nearer with each pixel that a wheel turns. */
const PER_PIXEL = 1.0025;

export function useBarGestures(past: TimeTravel) {
  /** Where the fingers on the bar are, by their number. */
  const fingers = useRef(new Map<number, number>()).current;
  const share = (event: MouseEvent & { readonly currentTarget: EventTarget | null }, x: number) => {
    const box = (event.currentTarget as Element).getBoundingClientRect();
    return (x - box.left) / box.width;
  };
  const apart = () => {
    const [one = 0, other = 0] = fingers.values();
    return { gap: Math.abs(one - other), middle: (one + other) / 2 };
  };
  const follow = (event: PointerEvent) => {
    past.go(timeIn(past.stretch.peek(), share(event, event.clientX)));
  };
  return {
    onPointerDown(event: PointerEvent) {
      if (event.button !== 0) return;
      (event.currentTarget as Element).setPointerCapture(event.pointerId);
      fingers.set(event.pointerId, event.clientX);
      past.pause();
      if (fingers.size === 1) follow(event);
    },
    onPointerMove(event: PointerEvent) {
      if (!fingers.has(event.pointerId)) return;
      const before = apart();
      fingers.set(event.pointerId, event.clientX);
      if (fingers.size === 1) follow(event);
      if (fingers.size !== 2) return;
      const { gap, middle } = apart();
      const stretch = past.stretch.peek();
      const around = timeIn(stretch, share(event, middle));
      past.zoom(zoomed(stretch, past.day.peek(), before.gap / Math.max(1, gap), around));
    },
    onPointerUp(event: PointerEvent) {
      fingers.delete(event.pointerId);
    },
    onPointerCancel(event: PointerEvent) {
      fingers.delete(event.pointerId);
    },
    /** The wheel is turned. */
    turned(event: WheelEvent) {
      event.preventDefault();
      const stretch = past.stretch.peek();
      const day = past.day.peek();
      if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
        const width = (event.currentTarget as Element).getBoundingClientRect().width;
        const on = ((event.deltaX || event.deltaY) / width) * lengthOf(stretch);
        // To the side: the same length, seen from elsewhere.
        const moved = { start: stretch.start + on, end: stretch.end + on };
        past.zoom(zoomed(moved, day, 1, moved.start));
        return;
      }
      const around = timeIn(stretch, share(event, event.clientX));
      past.zoom(zoomed(stretch, day, PER_PIXEL ** event.deltaY, around));
    },
  };
}
