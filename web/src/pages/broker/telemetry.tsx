/** How Sightline itself is, beside the broker: its loop, its queues, its viewers, and this page. */
import { spanText, timeText } from '../../app/ages';
import { useLive, useServer, useTime } from '../../app/context';
import { useFigures } from '../../things/broker/figures';
import type { ServerState } from '../../things/server/read';
import { Fact, Facts, Stat, Stats } from '../../ui/facts';
import { bytes, grouped } from '../../ui/numbers';
import { Card } from '../../ui/section';
import { CertificateFact } from './certificate';
import { Chart } from './chart';
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
  if (server.historyWhy !== undefined) {
    return `cannot be kept: ${server.historyWhy}; ${grouped(server.backlog ?? 0)} records wait`;
  }
  const parts = [server.store ?? ''];
  if (server.historyRows !== undefined) parts.push(`${grouped(server.historyRows)} entries`);
  if (server.historyBytes !== undefined) parts.push(bytes(server.historyBytes));
  if (server.historySince !== undefined) parts.push(`since ${timeText(server.historySince, now)}`);
  if ((server.backlogAge ?? 0) > STALE) {
    parts.push(
      `the oldest of ${grouped(server.backlog ?? 0)} has waited ${spanText(server.backlogAge ?? 0)}`,
    );
  }
  return parts.join(', ');
}

/** Which one of several servers this is, and whether all is well between them. */
export function replicaText(server: ServerState): string {
  if (server.sharedWhy !== undefined) {
    return `${server.replica ?? ''}: ${server.sharedWhy}`;
  }
  return `${server.replica ?? ''}${server.onDuty ? ', on duty' : ''}`;
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
    ['Consoles', server?.consoleDropped, 'messages consoles were too slow for'],
    ['Not kept', server?.unkept, 'records found no room in the history'],
    ['Archive', server?.archiveLost, 'messages found no room in the archive'],
    ['Turned away', server?.turnedAway, 'connections there was no room for'],
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
            label={`Loop lag over time, now ${(server.lag ?? 0).toFixed(1)} ms`}
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
        <Fact name="History" tone={server.historyWhy === undefined ? undefined : 'bad'}>
          {historyText(server, clock.seconds())}
        </Fact>
      )}
      {server?.replica !== undefined && (
        <Fact name="Server" tone={server.sharedWhy === undefined ? undefined : 'bad'}>
          {replicaText(server)}
        </Fact>
      )}
      {server !== undefined && server.refused.length > 0 && (
        <Fact name="Refused">
          {server.refused.map(([why, count]) => `${grouped(count)} ${plain(why)}`).join(', ')}
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
      {server?.certificate && <CertificateFact certificate={server.certificate} />}
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
        tone={(server.lag ?? 0) > LATE ? 'warn' : undefined}
      />
      <Stat name="Read" value={(server.rate ?? 0).toFixed(1)} unit="msg/s" />
      <Stat name="Frames" value={(server.frames ?? 0).toFixed(1)} unit="/s" />
      <Stat name="Pages" value={grouped(server.viewers ?? 0)} />
      <Stat
        name="Behind"
        value={grouped(server.behind ?? 0)}
        tone={(server.behind ?? 0) > 0 ? 'warn' : undefined}
      />
      <Stat
        name="Queue"
        value={grouped(server.queue ?? 0)}
        tone={(server.queue ?? 0) > 1000 ? 'warn' : undefined}
      />
      <Stat
        name="Backlog"
        value={grouped(server.backlog ?? 0)}
        tone={(server.backlogAge ?? 0) > STALE ? 'warn' : undefined}
      />
      <Stat name="Things" value={grouped(server.things ?? 0)} />
      <Stat name="Topics" value={grouped(server.topics ?? 0)} />
    </Stats>
  );
}
