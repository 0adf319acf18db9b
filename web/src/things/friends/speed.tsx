/** How fast a friend went since this page follows them. */
import { timeText } from '../../app/ages';
import { usePreferences, useSelection } from '../../app/context';
import { speed } from '../../ui/numbers';
import { Spark } from '../../ui/spark';

export function SpeedSoFar({ of, colour, now }: { of: string; colour: string; now: number }) {
  const { trails } = useSelection();
  const preferences = usePreferences();
  const spots = trails.of(of);
  const points = spots.flatMap((spot) =>
    spot.speed === undefined ? [] : [{ at: spot.at, value: spot.speed }],
  );
  const first = spots[0];
  if (points.length < 3 || !first) return null;
  const fastest = speed(
    Math.max(...points.map((point) => point.value)),
    preferences.settings.value.units,
  );
  return (
    <section class="part">
      <h3>
        Speed
        <span>since {timeText(first.at, now)}</span>
      </h3>
      <Spark
        points={points}
        colour={colour}
        height={56}
        label={`Speed since ${timeText(first.at, now)}, at most ${fastest.value} ${fastest.unit}`}
      />
      <p class="note">
        Up to {fastest.value} {fastest.unit}. Trail and speed are what this page saw since you chose{' '}
        this friend.
      </p>
    </section>
  );
}
