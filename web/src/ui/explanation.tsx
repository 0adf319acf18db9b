/**
 * A word that says what it means: on a touch, when it has the focus, or under the mouse. It is a
 * button, so the keyboard and screen readers find it; its explanation is its description.
 */
import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { isLeftward } from '../words/direction';

/** Room that is kept to the edges of the window, and the width of the explanation, pixels. */
const EDGE = 12;
const WIDTH = 280;
const GAP = 6;

export interface Place {
  readonly left: number;
  readonly top?: number;
  readonly bottom?: number;
  readonly width: number;
}

/** Where the explanation stands: begun with its word, below it, or above it in the lower half of the window. */
export function placeBy(
  word: Readonly<Record<'left' | 'right' | 'top' | 'bottom', number>>,
  window: { readonly width: number; readonly height: number },
  leftward = false,
): Place {
  const width = Math.min(WIDTH, window.width - 2 * EDGE);
  const begin = leftward ? word.right - width : word.left;
  const left = Math.max(EDGE, Math.min(begin, window.width - width - EDGE));
  return (word.top + word.bottom) / 2 > window.height / 2
    ? { left, width, bottom: window.height - word.top + GAP }
    : { left, width, top: word.bottom + GAP };
}

export function Explained({ means, children }: { means: string; children: ComponentChildren }) {
  const id = useId();
  const word = useRef<HTMLButtonElement>(null);
  const [place, setPlace] = useState<Place | null>(null);
  const show = () => {
    const box = word.current?.getBoundingClientRect();
    if (box) setPlace(placeBy(box, { width: innerWidth, height: innerHeight }, isLeftward()));
  };
  const hide = () => {
    setPlace(null);
  };
  useHiddenElsewhere(place !== null, word, hide);
  const tip = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    const shown = tip.current;
    // An older browser has no such layer: there the meaning is the description alone.
    if (place === null || !shown || !('showPopover' in shown)) return;
    shown.showPopover();
    return () => {
      shown.hidePopover();
    };
  }, [place === null]);
  return (
    // Under a mouse alone: a finger is said to leave as soon as it has touched.
    <span
      class="explained-in"
      onPointerEnter={(enter) => {
        if (enter.pointerType === 'mouse') show();
      }}
      onPointerLeave={(leave) => {
        if (leave.pointerType === 'mouse') hide();
      }}
    >
      <button
        ref={word}
        type="button"
        class="explained"
        aria-describedby={id}
        onFocus={show}
        onBlur={hide}
        onClick={show}
        onKeyDown={(key) => {
          if (key.key !== 'Escape' || place === null) return;
          key.stopPropagation();
          hide();
        }}
      >
        {children}
      </button>
      {/* In the layer above all: panels clip what is in them. */}
      <span
        ref={tip}
        id={id}
        role="tooltip"
        popover="manual"
        class="explanation"
        style={styleOf(place)}
      >
        {means}
      </span>
    </span>
  );
}

function styleOf(place: Place | null): Record<string, string> {
  if (place === null) return {};
  return Object.fromEntries(
    Object.entries(place).map(([side, pixels]) => [side, `${String(pixels)}px`]),
  );
}

/** What moves under the explanation, or a touch beside it, ends it. */
function useHiddenElsewhere(
  open: boolean,
  word: { readonly current: HTMLElement | null },
  hide: () => void,
): void {
  useEffect(() => {
    if (!open) return;
    const beside = (down: Event) => {
      if (down.target instanceof Node && word.current?.contains(down.target) === true) return;
      hide();
    };
    document.addEventListener('pointerdown', beside, true);
    document.addEventListener('scroll', hide, true);
    addEventListener('resize', hide);
    return () => {
      document.removeEventListener('pointerdown', beside, true);
      document.removeEventListener('scroll', hide, true);
      removeEventListener('resize', hide);
    };
  }, [open]);
}
