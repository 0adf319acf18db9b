/**
 * Two sliders that do what the pad does. Like a stick they go back to the middle when they are let
 * go; moved by a program that presses no keys (a screen reader), they push for a moment.
 */
import { t } from '@lingui/core/macro';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { useDriving } from './context';
import { NOTHING } from './intent';
import { SliderHand } from './sliderhand';

/** Keys that move a slider. */
const MOVES = /^(Arrow|Page|Home|End)/;

/** A push without a hand that could be seen to let go lasts so long, in milliseconds. */
const PUSH = 1000;

export function Sliders() {
  const { driver } = useDriving();
  const [values, setValues] = useState({ speed: 0, turn: 0 });
  const now = useRef(values);
  const change = (part: Partial<typeof values>) => {
    now.current = { ...now.current, ...part };
    setValues(now.current);
    driver.wish('sliders', { x: now.current.turn / 100, y: now.current.speed / 100 });
  };
  useEffect(
    () => () => {
      driver.wish('sliders', NOTHING);
    },
    [driver],
  );
  return (
    <div class="levers">
      <Lever
        class="speed"
        name={t`Speed`}
        words={[t`reverse`, t`forward`]}
        value={values.speed}
        onMove={(speed) => {
          change({ speed });
        }}
      />
      <Lever
        class="turn"
        name={t`Turn`}
        words={[t`left`, t`right`]}
        value={values.turn}
        onMove={(turn) => {
          change({ turn });
        }}
      />
    </div>
  );
}

function Lever({
  name,
  words,
  value,
  onMove,
  class: className,
}: {
  name: string;
  words: readonly [below: string, above: string];
  value: number;
  onMove: (value: number) => void;
  class: string;
}) {
  const { driver } = useDriving();
  const mine = driver.control.value.state === 'mine';
  const push = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const latest = useRef(onMove);
  latest.current = onMove;
  const input = useRef<HTMLInputElement>(null);

  const home = () => {
    clearTimeout(push.current);
    // It may have been moved since it was drawn last.
    if (input.current) input.current.value = '0';
    latest.current(0);
  };
  const back = useRef(home);
  back.current = home;
  const hand = useMemo(
    () =>
      new SliderHand(() => {
        back.current();
      }),
    [],
  );
  useEffect(
    () =>
      driver.onLetGo(() => {
        hand.drop();
      }),
    [driver, hand],
  );
  const said =
    value === 0 ? t`at rest` : `${String(Math.abs(value))} % ${value < 0 ? words[0] : words[1]}`;
  return (
    <label class={`lever ${className}`}>
      <span>
        {name} <span class="now muted">{said}</span>
      </span>
      <input
        ref={input}
        type="range"
        dir="ltr" // left is left in every language
        min={-100}
        max={100}
        step={5}
        value={value}
        disabled={!mine}
        aria-label={name}
        aria-valuetext={said}
        onPointerDown={({ pointerId }) => {
          hand.touched(pointerId);
        }}
        onKeyDown={({ key }) => {
          if (MOVES.test(key)) hand.on();
        }}
        onKeyUp={({ key }) => {
          if (MOVES.test(key)) hand.off();
        }}
        onBlur={() => {
          hand.blurred();
        }}
        onInput={(event) => {
          if (hand.state === 'dropped') {
            event.currentTarget.value = '0';
            return;
          }
          onMove(event.currentTarget.valueAsNumber);
          clearTimeout(push.current);
          if (hand.state === 'none') push.current = setTimeout(home, PUSH);
        }}
      />
    </label>
  );
}
