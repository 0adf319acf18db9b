/** The drive pad: a stick for finger or mouse, and the keyboard's place while it has the focus. */
import { t } from '@lingui/core/macro';
import { useEffect, useRef } from 'preact/hooks';
import type { ComponentChildren, RefObject, TargetedPointerEvent } from 'preact';
import { useDriving } from './context';
import { NOTHING } from './intent';
import type { Wish } from './intent';
import { HeldKeys } from './keyboard';

/** The radius of the ring in the picture's own measure, whose middle is 0, 0. */
const RING = 98;

/** Where a pointer is, `ring` being the box of the ring: 1 is its edge; outside, the nearest point of it. */
export function wishAt(
  pointer: { readonly x: number; readonly y: number },
  ring: {
    readonly left: number;
    readonly top: number;
    readonly width: number;
    readonly height: number;
  },
): Wish {
  const radius = Math.min(ring.width, ring.height) / 2;
  if (!(radius > 0)) return NOTHING;
  const x = (pointer.x - ring.left - ring.width / 2) / radius;
  const y = -(pointer.y - ring.top - ring.height / 2) / radius;
  return inRing({ x, y });
}

function inRing({ x, y }: Wish): Wish {
  const far = Math.hypot(x, y);
  if (!Number.isFinite(far)) return NOTHING;
  return far <= 1 ? { x, y } : { x: x / far, y: y / far };
}

interface Hands {
  readonly pad: RefObject<HTMLDivElement | null>;
  readonly ring: RefObject<SVGCircleElement | null>;
  readonly held: HeldKeys;
  readonly mine: boolean;
}

/** Forget what hands hold when the driver says so, and when the pad goes. */
function useLetGo({ pad, held, mine }: Hands, pointer: { current: number | null }) {
  const { driver } = useDriving();
  useEffect(() => {
    const keys = () => held.wish(performance.now());
    const forget = () => {
      held.forget();
      const id = pointer.current;
      pointer.current = null;
      if (id !== null && pad.current?.hasPointerCapture(id)) pad.current.releasePointerCapture(id);
      driver.wish('keys', keys);
      driver.wish('pad', NOTHING);
    };
    const undo = driver.onLetGo(forget);
    return () => {
      undo();
      forget();
    };
  }, [driver, held]);
  useEffect(() => {
    if (mine) pad.current?.focus({ preventScroll: true });
  }, [mine]);
}

/** Tell the driver what one pointer does on the pad. */
function usePointer({ ring, mine }: Hands, pointer: { current: number | null }) {
  const { driver } = useDriving();
  const letGo = (event: PointerEvent) => {
    if (event.pointerId !== pointer.current) return;
    pointer.current = null;
    driver.wish('pad', NOTHING);
  };
  const move = (event: PointerEvent) => {
    const box = ring.current?.getBoundingClientRect();
    if (box) driver.wish('pad', wishAt({ x: event.clientX, y: event.clientY }, box));
  };
  return {
    onPointerDown(event: TargetedPointerEvent<HTMLElement>) {
      if (!mine || pointer.current !== null || event.button !== 0) return;
      pointer.current = event.pointerId;
      event.currentTarget.setPointerCapture(event.pointerId);
      event.currentTarget.focus({ preventScroll: true });
      event.preventDefault();
      move(event);
    },
    onPointerMove(event: TargetedPointerEvent<HTMLElement>) {
      if (event.pointerId === pointer.current) move(event);
    },
    onPointerUp: letGo,
    onPointerCancel: letGo,
    onLostPointerCapture: letGo,
    onContextMenu(event: MouseEvent) {
      event.preventDefault();
    },
  };
}

/** Tell the driver what keys do while the pad has the focus. */
function useKeys({ held, mine }: Hands) {
  const { driver } = useDriving();
  const press = () => {
    driver.wish('keys', () => held.wish(performance.now()));
  };
  return {
    onKeyDown(event: KeyboardEvent) {
      if (event.ctrlKey || event.metaKey || event.altKey) {
        // The system may swallow what goes up after this.
        held.forget();
        press();
        return;
      }
      if (!mine || !HeldKeys.drives(event.code)) return;
      event.preventDefault();
      event.stopPropagation();
      held.press(event.code, event.repeat, performance.now());
      press();
    },
    onKeyUp(event: KeyboardEvent) {
      held.release(event.code);
      press();
    },
    onBlur() {
      held.forget();
      press();
    },
  };
}

/** Tell the driver what hands do on the pad: with one pointer, and with keys while it has the focus. */
function useHandlers(hands: Hands) {
  const pointer = useRef<number | null>(null);
  useLetGo(hands, pointer);
  return { ...usePointer(hands, pointer), ...useKeys(hands) };
}

/** `held` are the keys of this pad, which others show. `children` lie over it while it is locked. */
export function Joystick({
  robot,
  held,
  children,
}: {
  robot: string;
  held: HeldKeys;
  children?: ComponentChildren;
}) {
  const { driver } = useDriving();
  const pad = useRef<HTMLDivElement>(null);
  const ring = useRef<SVGCircleElement>(null);
  const { state } = driver.control.value;
  const mine = state === 'mine';
  const flight = driver.flight.value;
  const wish = inRing(flight.wish);

  const handlers = useHandlers({ pad, ring, held, mine });
  return (
    <div
      ref={pad}
      class="pad"
      role="application"
      tabIndex={0}
      aria-label={t`Drive pad of ${robot}. Arrow keys or W A S D, a gamepad, or drag. The sliders below do the same.`}
      aria-disabled={!mine}
      data-mine={mine}
      data-locked={mine && flight.locked !== null}
      {...handlers}
    >
      <Ring ring={ring} wish={wish} />
      {children}
    </div>
  );
}

function Ring({ ring, wish }: { ring: RefObject<SVGCircleElement | null>; wish: Wish }) {
  return (
    <svg viewBox="-126 -114 252 228" aria-hidden="true">
      <circle ref={ring} r={RING} class="ring" />
      <circle r="65" class="ring dashed" />
      <circle r="32" class="ring dashed" />
      <path d="M-98 0H98M0 -98V98" class="ring dashed" />
      <g class="sides" font-size="7.2">
        <text y="-104">{t`Forward`}</text>
        <text y="111">{t`Reverse`}</text>
        <text x="-103" y="3" class="at-left">{t`Left`}</text>
        <text x="103" y="3" class="at-right">{t`Right`}</text>
      </g>
      <line x1="0" y1="0" x2={wish.x * RING} y2={-wish.y * RING} class="vector" />
      <circle class="knob" cx={wish.x * RING} cy={-wish.y * RING} r="19" />
    </svg>
  );
}
