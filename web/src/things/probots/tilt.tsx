/** The robot from the side, leaning as it does. */
import { t } from '@lingui/core/macro';
import { useTime } from '../../app/context';
import type { Freshness } from '../freshness';
import { isGone, postureText } from './read';
import type { ProBot } from './read';

/** How far the picture of the robot leans at most, in degrees. */
const LEAN = 60;

/** The robot from the side, leaning as it does, or did when it was last heard. */
export function Tilt({ robot, fresh }: { robot: ProBot; fresh: Freshness }) {
  const { clock } = useTime();
  const { angle } = robot;
  const gone = isGone(fresh);
  const lean = Math.max(-LEAN, Math.min(LEAN, angle ?? 0));
  const degrees = signed(angle ?? 0);
  const label =
    angle === undefined
      ? t`No reading of the angle`
      : gone
        ? postureText(robot, fresh, clock.seconds())
        : t`Leaning ${degrees}°`;
  return (
    <svg class="tilt" viewBox="-100 -78 200 92" role="img" aria-label={label}>
      <path class="arc" d="M-60.6 -35A70 70 0 0 1 60.6 -35" />
      {[-60, -30, 0, 30, 60].map((tick) => (
        <path key={tick} class="tick" d="M0 -74V-68" transform={`rotate(${String(tick)})`} />
      ))}
      <path class="ground" d="M-90 10H90" />
      <g
        class={angle === undefined || gone ? 'body unknown' : 'body'}
        transform={`rotate(${String(lean)})`}
      >
        <path class="needle" d="M0 -44V-64" />
        <rect x="-13" y="-46" width="26" height="44" rx="6" />
        <path class="eyes" d="M-5 -36H5" />
      </g>
      <circle class="wheel" r="10" />
    </svg>
  );
}

/** Degrees with a sign that can be seen, to a tenth. */
export function signed(angle: number): string {
  const rounded = Math.round(angle * 10) / 10;
  return rounded < 0 ? `−${String(-rounded)}` : String(rounded);
}
