/** Somebody else speaks to the robots: said loudly, for as long as the server says so. */
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
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
            <span>{timesText(alarm, clock.seconds())}</span>
          </div>
        </div>
      ))}
    </div>
  );
}

/** How often it was heard, and when last. */
function timesText({ count, at }: Alarm, now: number): string {
  const age = at === undefined ? undefined : ageText(now - at);
  if (count > 1) {
    return age === undefined ? t`${count} times.` : t`${count} times, last ${age} ago.`;
  }
  return age === undefined ? t`Once.` : t`Once, ${age} ago.`;
}

function Words({ alarm }: { alarm: Alarm }) {
  const broker = alarm.source ?? '';
  const { topic, robot } = alarm;
  if (alarm.what === 'taken') {
    return (
      <>
        <b>
          <Trans>Somebody took the server’s place at the broker {broker}</Trans>
        </b>
        <span>
          <Trans>
            From <code>{alarm.head}</code>, with the server’s client id. Nobody drives there until
            it has been quiet for two minutes. Two servers with one client_id? Otherwise end that
            account.
          </Trans>
        </span>
      </>
    );
  }
  if (alarm.what === 'refused') {
    return (
      <>
        <b>
          <Trans>
            The broker {broker} refused somebody at <code>{alarm.head}</code>
          </Trans>
        </b>
        <span>
          <Trans>
            It has no user and password that the broker knows. If it is a robot: robots as they come
            have none, and need a listener of their own (<code>probots.listen</code> in the
            settings).
          </Trans>
        </span>
      </>
    );
  }
  return (
    <>
      <b>
        {alarm.what === 'retained' ? (
          <Trans>
            A retained command was found on <code>{topic}</code>
          </Trans>
        ) : (
          <Trans>
            Somebody else speaks on <code>{topic}</code>
          </Trans>
        )}
      </b>
      <span>
        {robot ? t`${robot} was told to stop.` : ''}{' '}
        {alarm.head ? (
          <Trans>
            It said <code>{alarm.head}</code>.
          </Trans>
        ) : (
          t`It was empty.`
        )}
      </span>
    </>
  );
}
