/** How Sightline itself is, beside the broker: its loop, its queues, its viewers, and this page. */
import { plural, t } from '@lingui/core/macro';
import { roleName } from '../../app/rolename';
import { spanText, timeText } from '../../app/ages';
import { useLive, useServer, useTime } from '../../app/context';
import { useFigures } from '../../things/broker/figures';
import { mostFirst } from '../../things/server/read';
import type { ServerState } from '../../things/server/read';
import { Fact, Facts, Stat, Stats } from '../../ui/facts';
import { bytes, fixed, grouped } from '../../ui/numbers';
import { Card } from '../../ui/section';
import { CertificateFact } from './certificate';
import { Chart } from './chart';
import { DatabaseFact } from './database';
import { usePing } from './ping';
import type { ServerClock } from '../../app/clock';
import type { Hello } from '../../net/protocol';
import type { Picture } from '../../app/world';

/** Records that wait for the store longer than this, in seconds, are worth a look. */
const STALE = 2;

/** A loop that is later than this, in milliseconds, is worth a look. */
const LATE = 50;

const curves = () => [{ of: 'lag', name: t`loop lag, ms`, colour: 'c1' }];

const NAMES = ['lag'];

/** What the store has, and how it keeps up. */
export function historyText(server: ServerState, now: number): string {
  if (server.history_why !== undefined) {
    return t`cannot be kept: ${server.history_why}; ${grouped(server.backlog)} records wait`;
  }
  const parts = [server.store ?? ''];
  if (server.history_rows !== undefined)
    parts.push(plural(server.history_rows, { one: '# entry', other: '# entries' }));
  if (server.history_bytes !== undefined) parts.push(bytes(server.history_bytes));
  if (server.history_since !== undefined)
    parts.push(t`since ${timeText(server.history_since, now)}`);
  if (server.backlog_age > STALE) {
    parts.push(
      t`the oldest of ${grouped(server.backlog)} has waited ${spanText(server.backlog_age)}`,
    );
  }
  return parts.join(', ');
}

/** Which one of several servers this is, and whether all is well between them. */
export function replicaText(server: ServerState): string {
  if (server.shared_why !== undefined) {
    return `${server.replica ?? ''}: ${server.shared_why}`;
  }
  return server.on_duty ? t`${server.replica ?? ''}, on duty` : (server.replica ?? '');
}

/** The code of a refusal in words. */
function plain(code: string): string {
  return code.replaceAll('_', ' ');
}

export function SightlineCard({ server }: { server: ServerState | undefined }) {
  const { world } = useLive();
  const { clock } = useTime();
  const { socket } = useServer();
  const ping = usePing();
  const series = useFigures(server ? 'server/sightline' : null, NAMES);
  const hello = socket.hello;
  const to = series.at.at(-1) ?? clock.seconds();
  const from = Math.max(series.at[0] ?? to - 60, to - 3600);
  const lost: readonly (readonly [string, number | undefined, string])[] = [
    [t`Overflow`, server?.overflow, t`messages dropped because our queue was full`],
    [t`Unsent`, server?.unsent, t`messages of ours a broker did not take in time`],
    [t`Consoles`, server?.console_dropped, t`messages consoles were too slow for`],
    [t`Not kept`, server?.unkept, t`records found no room in the history`],
    [t`Archive`, server?.archive_lost, t`messages found no room in the archive`],
    [t`Turned away`, server?.turned_away, t`connections there was no room for`],
    [t`Faults`, server?.faults, t`mistakes of ours, caught; see the server’s log`],
  ];
  return (
    <Card
      name="Sightline"
      class="own"
      aside={server?.version !== undefined && <span class="muted">{server.version}</span>}
    >
      {server && (
        <>
          <Figures server={server} />
          <Chart
            series={series}
            curves={curves()}
            range={[from, Math.max(to, from + 1)]}
            height={110}
            label={t`Loop lag over time, now ${fixed(server.lag, 1)} ms`}
            text={(value) => fixed(value, 1)}
          />
        </>
      )}
      <OwnFacts ping={ping} server={server} clock={clock} lost={lost} hello={hello} world={world} />
    </Card>
  );
}

function OwnFacts({
  ping,
  server,
  clock,
  lost,
  hello,
  world,
}: {
  ping: string;
  server: ServerState | undefined;
  clock: ServerClock;
  lost: readonly (readonly [string, number | undefined, string])[];
  hello: Hello | null;
  world: Picture;
}) {
  const refused = mostFirst(server?.refused ?? {});
  return (
    <Facts>
      <Fact name={t`Round trip`}>{ping}</Fact>
      {server?.started !== undefined && (
        <Fact name={t`Up`}>{spanText(clock.seconds() - server.started)}</Fact>
      )}
      {server?.received !== undefined && (
        <Fact name={t`Messages`}>
          {server.accepted === undefined
            ? t`${grouped(server.received)} received`
            : t`${grouped(server.received)} received, ${grouped(server.accepted)} understood`}
        </Fact>
      )}
      {server?.store !== undefined && (
        <Fact name={t`History`} tone={server.history_why === undefined ? undefined : 'bad'}>
          {historyText(server, clock.seconds())}
        </Fact>
      )}
      {server?.replica !== undefined && (
        <Fact name={t`Server`} tone={server.shared_why === undefined ? undefined : 'bad'}>
          {replicaText(server)}
        </Fact>
      )}
      {server?.database && <DatabaseFact database={server.database} />}
      {refused.length > 0 && (
        <Fact name={t`Refused`}>
          {refused.map(([why, count]) => `${grouped(count)} ${plain(why)}`).join(', ')}
        </Fact>
      )}
      {lost.map(
        ([name, count, what]) =>
          count !== undefined &&
          count > 0 && (
            <Fact key={name} name={name} tone="bad">
              {grouped(count)} {what}
            </Fact>
          ),
      )}
      {server?.https && <CertificateFact certificate={server.https} />}
      {hello && (
        <Fact name={t`You are`}>
          {hello.user.name}, {roleName(hello.user.role)}
        </Fact>
      )}
      <Fact name={t`Clocks`}>
        {Math.abs(clock.offset) < 1000 ? t`agree to a second` : apartText(clock.offset / 1000)}
      </Fact>
      <Fact name={t`Cursor`}>
        <code>
          {world.cursor.epoch ?? t`none`} / {world.cursor.seq}
        </code>
      </Fact>
    </Facts>
  );
}

/** How far this computer's clock is from the server's, seconds. */
function apartText(offset: number): string {
  const span = spanText(Math.abs(offset));
  return offset > 0 ? t`this computer is ${span} behind` : t`this computer is ${span} ahead`;
}

function Figures({ server }: { server: ServerState }) {
  return (
    <Stats>
      <Stat
        name={t`Loop lag`}
        value={fixed(server.lag ?? 0, 1)}
        unit="ms"
        tone={server.lag > LATE ? 'warn' : undefined}
      />
      <Stat name={t`Read`} value={fixed(server.rate, 1)} unit={t`msg/s`} />
      <Stat name={t`Frames`} value={fixed(server.frames, 1)} unit={t`/s`} />
      <Stat name={t`Pages`} value={grouped(server.viewers)} />
      <Stat
        name={t`Behind`}
        value={grouped(server.behind)}
        tone={server.behind > 0 ? 'warn' : undefined}
      />
      <Stat
        name={t`Queue`}
        value={grouped(server.queue)}
        tone={server.queue > 1000 ? 'warn' : undefined}
      />
      <Stat
        name={t`Backlog`}
        value={grouped(server.backlog)}
        tone={server.backlog_age > STALE ? 'warn' : undefined}
      />
      <Stat name={t`Things`} value={grouped(server.things)} />
      <Stat name={t`Topics`} value={grouped(server.topics)} />
    </Stats>
  );
}
