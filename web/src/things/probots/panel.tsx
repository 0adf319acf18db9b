/** A ProBot in detail, for the drawer and for the cards of the Robots page. */
import { t } from '@lingui/core/macro';
import { fineAgeText, timeText } from '../../app/ages';
import { useNavigation, useTime } from '../../app/context';
import { keyOf } from '../../app/world';
import type { Thing } from '../../net/protocol';
import { CopyButton } from '../../ui/copy';
import { Fact, Facts, Stat, Stats } from '../../ui/facts';
import { useTicks } from '../../ui/hooks';
import { AlertsOf } from '../alerts/later';
import { TellWhen } from '../rules/tellwhen';
import { useFreshness } from '../context';
import type { Entry } from '../entry';
import type { Freshness } from '../freshness';
import { freshnessText } from '../freshnesstext';
import { SilenceFact } from '../silence';
import { readProBot, routineText } from './read';
import type { ProBot } from './read';
import { signed, Tilt } from './tilt';

export function RobotHeadline({ thing, entry }: { thing: Thing; entry: Entry }) {
  const robot = readProBot(thing);
  const { now } = useTime();
  const fresh = useFreshness(entry);
  return (
    <p>
      <span class="pill" data-tone={fresh.tone}>
        <i />
        {freshnessText(fresh, now.value)}
      </span>
      <span class="ellipsis">{routineText(robot.routine)}</span>
    </p>
  );
}

export function RobotPanel({ thing, entry }: { thing: Thing; entry: Entry }) {
  const { choose } = useNavigation();
  const robot = readProBot(thing);
  const fresh = useFreshness(entry);
  const topic = `${robot.base}telemetry`;
  return (
    <>
      <div class="scroll" tabIndex={0} role="group" aria-label={t`Details`}>
        <RobotStats robot={robot} fresh={fresh} />
        <AlertsOf of={entry.key} />
        <section class="part">
          <h3>{t`Balance`}</h3>
          <Tilt robot={robot} fresh={fresh} />
        </section>
        <section class="part">
          <h3>{t`How we know`}</h3>
          <RobotFacts robot={robot} fresh={fresh} />
        </section>
        <section class="part">
          <p class="note">{t`Robots report no position, so they are not on the map.`}</p>
          <button
            type="button"
            class="button"
            onClick={() => {
              choose(keyOf('probot', thing.id));
            }}
          >{t`Drive or stop it`}</button>{' '}
          <TellWhen about={[keyOf('probot', thing.id)]} />
        </section>
      </div>
      <footer>
        <code class="ellipsis">{topic}</code>
        <CopyButton text={topic} label={t`Copy the topic`} />
      </footer>
    </>
  );
}

interface RobotPartProps {
  readonly robot: ProBot;
  readonly fresh: Freshness;
}

export function RobotStats({ robot, fresh }: RobotPartProps) {
  const { current } = fresh;
  return (
    <Stats>
      <Stat
        name={t`Battery`}
        value={robot.battery === undefined ? undefined : String(Math.round(robot.battery))}
        unit="%"
        tone={(robot.battery ?? 100) < 20 ? 'bad' : undefined}
      />
      <Stat
        name={current ? t`Angle` : t`Angle then`}
        value={robot.angle === undefined ? undefined : signed(robot.angle)}
        unit="°"
        tone={!current ? 'old' : Math.abs(robot.angle ?? 0) > 25 ? 'warn' : undefined}
      />
      <Stat
        name={current ? t`Round trip` : t`Round trip then`}
        value={robot.roundTrip === undefined ? undefined : String(Math.round(robot.roundTrip))}
        unit="ms"
        tone={current ? latencyTone(robot.roundTrip) : 'old'}
      />
    </Stats>
  );
}

/** The robot's own classes: from 300 ms driving suffers, from 1000 ms it ends. */
function latencyTone(ms: number | undefined): 'warn' | 'bad' | undefined {
  if (ms === undefined || ms < 300) return undefined;
  return ms < 1000 ? 'warn' : 'bad';
}

export function RobotFacts({ robot, fresh }: RobotPartProps) {
  const { clock } = useTime();
  useTicks(200, fresh.current);
  const now = clock.seconds();
  const heard = fineAgeText(now - (robot.heard ?? now));
  const unchanged = fineAgeText(now - (robot.changed ?? now));
  const changed = timeText(robot.changed ?? now, now);
  return (
    <Facts>
      <SilenceFact fresh={fresh} evidence={robot.evidence} now={now} />
      {robot.heard !== undefined && (
        <Fact name={t`Message`}>
          {t`${heard} ago`} <span class="muted">{timeText(robot.heard, now)}</span>
        </Fact>
      )}
      {robot.changed !== undefined && (
        <Fact name={t`Values`}>
          {fresh.current
            ? t`unchanged for ${unchanged}`
            : t({ message: `of ${changed}`, context: 'a time' })}
        </Fact>
      )}
      <Fact name={t`Routine`}>{routineText(robot.routine)}</Fact>
      {robot.batteryAsSent !== undefined && (
        <Fact name={t`Battery, as sent`}>
          <code>{robot.batteryAsSent}</code>
        </Fact>
      )}
      {robot.ip !== undefined && (
        <Fact name={t`Address`}>
          <code>{robot.ip}</code>
        </Fact>
      )}
    </Facts>
  );
}
