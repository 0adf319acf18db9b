/** How fast a friend went since this page follows them. */
import { t } from '@lingui/core/macro';
import { timeText } from '../../app/ages';
import { usePreferences, useSelection } from '../../app/context';
import { inOneLine, speed } from '../../ui/numbers';
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
  const since = timeText(first.at, now);
  const most = inOneLine(fastest);
  return (
    <section class="part">
      <h3>
        {t`Speed`}
        <span>{t`since ${since}`}</span>
      </h3>
      <Spark
        points={points}
        colour={colour}
        height={56}
        label={t`Speed since ${since}, at most ${most}`}
      />
      <p class="note">
        {t`Up to ${most}. Trail and speed are what this page saw since you chose this friend.`}
      </p>
    </section>
  );
}
