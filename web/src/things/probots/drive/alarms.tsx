/** Somebody else speaks to the robots: said loudly, for as long as the server says so. */
import { Siren } from 'lucide';
import { ageText } from '../../../app/ages';
import { useKind, useTime } from '../../../app/context';
import { Icon } from '../../../ui/icon';
import { readAlarm } from './read';
import type { Alarm } from './read';

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
            <Words alarm={alarm} />
            <span>
              {alarm.count > 1 ? `${String(alarm.count)} times` : 'Once'}
              {alarm.at === undefined
                ? '.'
                : `, ${alarm.count > 1 ? 'last ' : ''}${ageText(clock.seconds() - alarm.at)} ago.`}
            </span>
          </div>
        </div>
      ))}
    </div>
  );
}

function Words({ alarm }: { alarm: Alarm }) {
  const broker = alarm.source ?? '';
  if (alarm.what === 'taken') {
    return (
      <>
        <b>Somebody took the server’s place at the broker {broker}</b>
        <span>
          From <code>{alarm.head}</code>, with the server’s client id. Nobody drives there until it
          has been quiet for two minutes. Two servers with one client_id? Otherwise end that
          account.
        </span>
      </>
    );
  }
  if (alarm.what === 'refused') {
    return (
      <>
        <b>
          The broker {broker} refused somebody at <code>{alarm.head}</code>
        </b>
        <span>
          It has no user and password that the broker knows. If it is a robot: robots as they come
          have none, and need a listener of their own (<code>probots.listen</code> in the settings).
        </span>
      </>
    );
  }
  return (
    <>
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
            It said <code>{alarm.head}</code>.
          </>
        ) : (
          'It was empty.'
        )}
      </span>
    </>
  );
}
