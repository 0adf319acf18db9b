/** How Sightline itself is, beside the broker: its loop, its queues, its viewers, and this page. */
import { spanText, timeText } from '../../app/ages';
import { useLive, useServer, useTime } from '../../app/context';
import { useFigures } from '../../things/broker/figures';
import { mostFirst } from '../../things/server/read';
import type { ServerState } from '../../things/server/read';
import { Fact, Facts, Stat, Stats } from '../../ui/facts';
import { bytes, grouped } from '../../ui/numbers';
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

const CURVES = [{ of: 'lag', name: 'loop lag, ms', colour: 'c1' }];

const NAMES = ['lag'];

/** What the store has, and how it keeps up. */
export function historyText(server: ServerState, now: number): string {
  if (server.history_why !== undefined) {
    return `cannot be kept: ${server.history_why}; ${grouped(server.backlog)} records wait`;
  }
  const parts = [server.store ?? ''];
  if (server.history_rows !== undefined) parts.push(`${grouped(server.history_rows)} entries`);
  if (server.history_bytes !== undefined) parts.push(bytes(server.history_bytes));
  if (server.history_since !== undefined)
    parts.push(`since ${timeText(server.history_since, now)}`);
  if (server.backlog_age > STALE) {
    parts.push(
      `the oldest of ${grouped(server.backlog)} has waited ${spanText(server.backlog_age)}`,
    );
  }
  return parts.join(', ');
}

/** Which one of several servers this is, and whether all is well between them. */
export function replicaText(server: ServerState): string {
  if (server.shared_why !== undefined) {
    return `${server.replica ?? ''}: ${server.shared_why}`;
  }
  return `${server.replica ?? ''}${server.on_duty ? ', on duty' : ''}`;
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
    ['Overflow', server?.overflow, 'messages dropped because our queue was full'],
    ['Unsent', server?.unsent, 'messages of ours a broker did not take in time'],
    ['Consoles', server?.console_dropped, 'messages consoles were too slow for'],
    ['Not kept', server?.unkept, 'records found no room in the history'],
    ['Archive', server?.archive_lost, 'messages found no room in the archive'],
    ['Turned away', server?.turned_away, 'connections there was no room for'],
    ['Faults', server?.faults, 'mistakes of ours, caught; see the server’s log'],
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
            curves={CURVES}
            range={[from, Math.max(to, from + 1)]}
            height={110}
            label={`Loop lag over time, now ${server.lag.toFixed(1)} ms`}
            text={(value) => value.toFixed(1)}
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
      <Fact name="Round trip">{ping}</Fact>
      {server?.started !== undefined && (
        <Fact name="Up">{spanText(clock.seconds() - server.started)}</Fact>
      )}
      {server?.received !== undefined && (
        <Fact name="Messages">
          {grouped(server.received)} received
          {server.accepted !== undefined && `, ${grouped(server.accepted)} understood`}
        </Fact>
      )}
      {server?.store !== undefined && (
        <Fact name="History" tone={server.history_why === undefined ? undefined : 'bad'}>
          {historyText(server, clock.seconds())}
        </Fact>
      )}
      {server?.replica !== undefined && (
        <Fact name="Server" tone={server.shared_why === undefined ? undefined : 'bad'}>
          {replicaText(server)}
        </Fact>
      )}
      {server?.database && <DatabaseFact database={server.database} />}
      {refused.length > 0 && (
        <Fact name="Refused">
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
        <Fact name="You are">
          {hello.user.name}, {hello.user.role}
        </Fact>
      )}
      <Fact name="Clocks">
        {Math.abs(clock.offset) < 1000
          ? 'agree to a second'
          : `this computer is ${spanText(Math.abs(clock.offset) / 1000)} ${clock.offset > 0 ? 'behind' : 'ahead'}`}
      </Fact>
      <Fact name="Cursor">
        <code>
          {world.cursor.epoch ?? 'none'} / {world.cursor.seq}
        </code>
      </Fact>
    </Facts>
  );
}

function Figures({ server }: { server: ServerState }) {
  return (
    <Stats>
      <Stat
        name="Loop lag"
        value={server.lag?.toFixed(1) ?? '0.0'}
        unit="ms"
        tone={server.lag > LATE ? 'warn' : undefined}
      />
      <Stat name="Read" value={server.rate.toFixed(1)} unit="msg/s" />
      <Stat name="Frames" value={server.frames.toFixed(1)} unit="/s" />
      <Stat name="Pages" value={grouped(server.viewers)} />
      <Stat
        name="Behind"
        value={grouped(server.behind)}
        tone={server.behind > 0 ? 'warn' : undefined}
      />
      <Stat
        name="Queue"
        value={grouped(server.queue)}
        tone={server.queue > 1000 ? 'warn' : undefined}
      />
      <Stat
        name="Backlog"
        value={grouped(server.backlog)}
        tone={server.backlog_age > STALE ? 'warn' : undefined}
      />
      <Stat name="Things" value={grouped(server.things)} />
      <Stat name="Topics" value={grouped(server.topics)} />
    </Stats>
  );
}
