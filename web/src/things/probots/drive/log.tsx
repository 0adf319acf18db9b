/** The command log: who did what to the robot, what was sent, and what was seen of it. */
import { timeText } from '../../../app/ages';
import { useKind, useTime } from '../../../app/context';
import { Card } from '../../../ui/section';
import { readCommand } from './read';
import type { Command } from './read';

/** So many of the newest lines are drawn. */
const MOST = 60;

const WORDS: Readonly<Record<string, string>> = {
  take: 'took control',
  takeover: 'took over',
  drive: 'drives',
  stop: 'stopped',
  end: 'gave it up',
  shutdown: 'shut down',
  routine: 'told the routine',
  alarm: 'spoke to it',
};

const TONES: Readonly<Record<string, string>> = {
  take: 'accent',
  takeover: 'warn',
  drive: 'ok',
  stop: 'stop',
  shutdown: 'bad',
  alarm: 'bad',
};

/** With `robot`, only what concerns it. */
export function CommandLog({ robot }: { robot?: string }) {
  const { clock, now } = useTime();
  void now.value;
  const lines = useKind('command')
    .map(readCommand)
    .filter((line) => robot === undefined || line.robot === robot)
    .sort((a, b) => b.n - a.n)
    .slice(0, MOST);
  return (
    <Card name="Command log" class="command-log" aside={<span class="muted">newest first</span>}>
      {lines.length === 0 ? (
        <p class="muted">Nobody has told {robot ?? 'a robot'} anything yet.</p>
      ) : (
        <ol tabIndex={0} aria-label="Commands, newest first">
          {lines.map((line) => (
            <Line key={line.n} line={line} now={clock.seconds()} all={robot === undefined} />
          ))}
        </ol>
      )}
    </Card>
  );
}

function Line({ line, now, all }: { line: Command; now: number; all: boolean }) {
  return (
    <li data-command={line.what} data-tone={TONES[line.what]}>
      <time>{timeText(line.at, now)}</time>
      <i />
      <p>
        <b>{line.who}</b> {WORDS[line.what] ?? line.what}
        {all && line.robot ? ` (${line.robot})` : ''}
        {line.why ? <span>: {line.why}</span> : null}
        {line.seconds === undefined ? null : <span> after {line.seconds.toFixed(1)} s</span>}
        {line.sent ? <code>{line.sent}</code> : null}
        {line.effect ? <span class="effect">{line.effect}</span> : null}
      </p>
    </li>
  );
}
