/** Somebody else speaks to the robots: said loudly, for as long as the server says so. */
import { Siren } from 'lucide';
import { ageText } from '../../../app/ages';
import { useKind, useTime } from '../../../app/context';
import { Icon } from '../../../ui/icon';
import { readAlarm } from './read';

export function Alarms() {
  const { clock, now } = useTime();
  void now.value;
  const alarms = useKind('alarm').map(readAlarm);
  return (
    <div class="alarms" role="alert">
      {alarms.map((alarm) => (
        <div key={alarm.topic} class="alarm" data-alarm={alarm.topic}>
          <Icon of={Siren} size={22} />
          <div>
            <b>
              {alarm.what === 'retained'
                ? 'A retained command was found on '
                : 'Somebody else speaks on '}
              <code>{alarm.topic}</code>
            </b>
            <span>
              {alarm.robot ? `${alarm.robot} was told to stop. ` : ''}
              {alarm.head ? (
                <>
                  It said <code>{alarm.head}</code>
                </>
              ) : (
                'It was empty'
              )}
              {alarm.count > 1 ? `, ${String(alarm.count)} times` : ''}
              {alarm.at === undefined ? '.' : `, ${ageText(clock.seconds() - alarm.at)} ago.`}
            </span>
          </div>
        </div>
      ))}
    </div>
  );
}
