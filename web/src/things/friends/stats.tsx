/** The figures of a friend's newest fix. */
import { ageParts } from '../../app/ages';
import { usePreferences } from '../../app/context';
import { Stat, Stats } from '../../ui/facts';
import { compass, length, speed } from '../../ui/numbers';
import { fixTime } from './read';
import type { Friend } from './read';

interface StatsProps {
  readonly friend: Friend;
  /** Whether speed and heading are of now. */
  readonly current: boolean;
  /** Server time, epoch seconds. */
  readonly now: number;
}

export function FriendStats({ friend, current, now }: StatsProps) {
  const { units } = usePreferences().settings.value;
  const fixed = fixTime(friend);
  const kmh = friend.speed === undefined ? undefined : speed(friend.speed, units);
  const high = friend.altitude === undefined ? undefined : length(friend.altitude, units);
  const near = friend.accuracy === undefined ? undefined : length(friend.accuracy, units);
  const [age, ageUnit] = fixed === undefined ? [undefined, ''] : ageParts(now - fixed);
  const tone = current ? undefined : 'old';
  const then = current ? '' : ' then';
  return (
    <Stats>
      <Stat name={`Speed${then}`} value={kmh?.value} unit={kmh?.unit ?? ''} tone={tone} />
      <Stat
        name={`Heading${then}`}
        tone={tone}
        value={friend.course === undefined ? undefined : compass(friend.course)}
        unit={friend.course === undefined ? '' : `${String(Math.round(friend.course))}°`}
      />
      <Stat name="Altitude" value={high?.value} unit={high?.unit ?? ''} />
      <Stat name="Accuracy" value={near && `±${near.value}`} unit={near?.unit ?? ''} />
      <Stat
        name={friend.charging ? 'Charging' : friend.full ? 'Battery, full' : 'Battery'}
        value={friend.battery === undefined ? undefined : String(Math.round(friend.battery))}
        unit="%"
        tone={!friend.charging && (friend.battery ?? 100) < 20 ? 'bad' : undefined}
      />
      <Stat
        name="Last fix"
        value={age}
        unit={`${ageUnit} ago`}
        tone={current ? undefined : 'warn'}
      />
    </Stats>
  );
}
