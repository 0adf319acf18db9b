/** The command log: who did what to the robot, what was sent, and what was seen of it. */
import { t } from '@lingui/core/macro';
import { Person } from '../../../app/people';
import { timeText } from '../../../app/ages';
import { useKind, useTime } from '../../../app/context';
import { Card } from '../../../ui/section';
import { readCommand } from './read';
import type { Command } from './read';
import { fixed } from '../../../ui/numbers';

/** So many of the newest lines are drawn. */
const MOST = 60;

function wordOf(what: string): string {
  const words: Readonly<Record<string, string>> = {
    take: t`took control`,
    takeover: t`took over`,
    drive: t`drives`,
    stop: t`stopped`,
    end: t`gave it up`,
    shutdown: t`shut down`,
    routine: t`told the routine`,
    alarm: t`spoke to it`,
  };
  return words[what] ?? what;
}

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
    <Card
      name={t`Command log`}
      class="command-log"
      aside={<span class="muted">{t`newest first`}</span>}
    >
      {lines.length === 0 ? (
        <p class="muted">
          {robot === undefined
            ? t`Nobody has told a robot anything yet.`
            : t`Nobody has told ${robot} anything yet.`}
        </p>
      ) : (
        <ol tabIndex={0} aria-label={t`Commands, newest first`}>
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
        <b>
          <Person account={line.who} />
        </b>{' '}
        {wordOf(line.what)}
        {all && line.robot ? ` (${line.robot})` : ''}
        {line.why ? <span>: {line.why}</span> : null}
        {line.seconds === undefined ? null : <span> {t`after ${fixed(line.seconds, 1)} s`}</span>}
        {line.sent ? <code>{line.sent}</code> : null}
        {line.effect ? <span class="effect">{line.effect}</span> : null}
      </p>
    </li>
  );
}
