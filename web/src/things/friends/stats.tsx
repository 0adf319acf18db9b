/** The figures of a friend's newest fix. */
import { t } from '@lingui/core/macro';
import { ageParts } from '../../app/ages';
import { usePreferences } from '../../app/context';
import { Stat, Stats } from '../../ui/facts';
import { compass, length, speed } from '../../ui/numbers';
import type { Freshness } from '../freshness';
import type { Friend } from './read';

interface StatsProps {
  readonly friend: Friend;
  readonly fresh: Freshness;
}

export function FriendStats({ friend, fresh }: StatsProps) {
  const { units } = usePreferences().settings.value;
  const { current, figures, fixAge } = fresh;
  const kmh = friend.speed === undefined ? undefined : speed(friend.speed, units);
  const high = friend.altitude === undefined ? undefined : length(friend.altitude, units);
  const near = friend.accuracy === undefined ? undefined : length(friend.accuracy, units);
  const [age, ageUnit] = fixAge === undefined ? [undefined, ''] : ageParts(fixAge);
  // How fast it went long ago says nothing of where it is now.
  const told = figures !== 'withheld';
  const tone = current ? undefined : 'old';
  return (
    <Stats>
      <Stat
        name={current ? t`Speed` : t`Speed then`}
        tone={tone}
        value={told ? kmh?.value : undefined}
        unit={kmh?.unit ?? ''}
      />
      <Stat
        name={current ? t`Heading` : t`Heading then`}
        tone={tone}
        value={friend.course === undefined || !told ? undefined : compass(friend.course)}
        unit={friend.course === undefined ? '' : `${String(Math.round(friend.course))}°`}
      />
      <Stat name={t`Altitude`} value={high?.value} unit={high?.unit ?? ''} />
      <Stat name={t`Accuracy`} value={near && `±${near.value}`} unit={near?.unit ?? ''} />
      <Stat
        name={friend.charging ? t`Charging` : friend.full ? t`Battery, full` : t`Battery`}
        value={friend.battery === undefined ? undefined : String(Math.round(friend.battery))}
        unit="%"
        tone={!friend.charging && (friend.battery ?? 100) < 20 ? 'bad' : undefined}
      />
      <Stat
        name={t`Last fix`}
        value={age}
        unit={t`${ageUnit} ago`}
        tone={current ? undefined : 'warn'}
      />
    </Stats>
  );
}
