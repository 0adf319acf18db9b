/** The broker's log as it is written: by level, searched, held still to be read. */
import { X } from 'lucide';
import { useMemo, useState } from 'preact/hooks';
import { timeText } from '../../app/ages';
import { useNavigation, useTime } from '../../app/context';
import { useBrokerLog } from '../../things/broker/context';
import { levelWord, picker, pickLines } from '../../things/broker/log';
import type { LevelFilter, LogLine } from '../../things/broker/log';
import type { Broker } from '../../things/broker/read';
import { clockText } from '../../ui/clocktext';
import { CopyButton } from '../../ui/copy';
import { DocLink } from '../../ui/doclink';
import { NARROW, useCalmly, useMedia } from '../../ui/hooks';
import { Icon } from '../../ui/icon';
import { grouped } from '../../ui/numbers';
import { Card } from '../../ui/section';
import { Chips, PauseButton, SearchBox } from '../../ui/tools';
import { VirtualRows } from '../../ui/virtual';
import { wantedClient } from './clients';
import { OlderButton, useOlder } from './older';
import type { Dispatch, StateUpdater } from 'preact/hooks';
import type { ReadonlySignal } from '@preact/signals';
import type { Section } from '../../app/address';

/** The list is drawn anew at most this often, in milliseconds. */
export const REDRAW = 150;

const LEVELS: readonly (readonly [LevelFilter, string])[] = [
  ['all', 'All'],
  ['notice', 'Notice'],
  ['warning', 'Warning'],
  ['error', 'Error'],
  ['subscribe', 'Subscriptions'],
];

export function LogPart({ broker }: { broker: Broker | undefined }) {
  const { now } = useTime();
  const { go } = useNavigation();
  const brokerLog = useBrokerLog();
  const today = new Date(now.value * 1000).setHours(0, 0, 0, 0) / 1000;
  const [paused, setPaused] = useState<readonly LogLine[] | null>(null);
  const [level, setLevel] = useState<LevelFilter>('all');
  const [search, setSearch] = useState('');
  const [chosen, setChosen] = useState<LogLine | null>(null);
  const narrow = useMedia(NARROW);
  useCalmly(brokerLog, REDRAW);
  const id = broker?.id ?? '';
  const lines = paused ?? brokerLog.lines;
  const older = useOlder(id, lines);
  const shown = useMemo(
    () => [...pickLines(lines, id, level, search), ...pickLines(older.lines, id, level, search)],
    [lines, older.lines, id, level, search],
  );
  const fresh =
    paused === null
      ? 0
      : pickLines(brokerLog.lines, id, level, search).length -
        pickLines(lines, id, level, search).length;
  const away = brokerLog.missed(id);
  return (
    <Card
      name="Broker log"
      class="log tall"
      aside={
        <div class="tools">
          <SearchBox label="Show only lines with" value={search} set={setSearch} />
          <Chips label="Level" of={LEVELS} value={level} set={setLevel} />
          <PauseButton
            paused={paused !== null}
            more={fresh > 0 ? `, ${grouped(fresh)} new` : ''}
            press={() => {
              setPaused(paused === null ? brokerLog.lines : null);
            }}
          />
        </div>
      }
    >
      {shown.length === 0 ? (
        <Nothing broker={broker} filtered={search !== '' || level !== 'all'} />
      ) : (
        <Lines
          shown={shown}
          narrow={narrow}
          chosen={chosen}
          setChosen={setChosen}
          today={today}
          now={now}
        />
      )}
      {chosen && <ChosenLine chosen={chosen} go={go} setChosen={setChosen} />}
      <p class="note foot">
        <span>{grouped(shown.length)} lines, newest first</span>
        {broker && (
          <OlderButton
            older={older}
            searched={search !== ''}
            press={() => {
              older.more(picker(id, level, search));
            }}
          />
        )}
        {broker?.log_since !== undefined && <Since at={broker.log_since} />}
        {(broker?.log_missed ?? 0) > 0 && (
          <span class="caution">{grouped(broker?.log_missed ?? 0)} came too fast to be shown</span>
        )}
        {away > 0 && <span class="caution">{grouped(away)} passed while this page was away</span>}
      </p>
    </Card>
  );
}

function Lines({
  shown,
  narrow,
  chosen,
  setChosen,
  today,
  now,
}: {
  shown: LogLine[];
  narrow: boolean;
  chosen: LogLine | null;
  setChosen: Dispatch<StateUpdater<LogLine | null>>;
  today: number;
  now: ReadonlySignal<number>;
}) {
  return (
    <VirtualRows
      items={shown}
      rowHeight={narrow ? 48 : 26}
      class="log-list"
      role="list"
      label="Lines of the log, newest first"
      keyOf={(line) => line.key}
    >
      {(line) => (
        <button
          type="button"
          class="log-line"
          data-level={line.level}
          aria-pressed={chosen?.key === line.key}
          onClick={() => {
            setChosen(chosen?.key === line.key ? null : line);
          }}
        >
          <time>{line.at < today ? timeText(line.at, now.value) : clockText(line.at * 1000)}</time>
          <b>{levelWord(line.level)}</b>
          <span class="ellipsis">{line.text}</span>
        </button>
      )}
    </VirtualRows>
  );
}

/** A line in full, and the client it is about. */
function ChosenLine({
  chosen,
  go,
  setChosen,
}: {
  chosen: LogLine;
  go: (section: Section, tab?: string) => void;
  setChosen: Dispatch<StateUpdater<LogLine | null>>;
}) {
  return (
    <div class="chosen-line">
      <p>
        <code>{chosen.text}</code>
      </p>
      {chosen.client !== undefined && (
        <button
          type="button"
          class="button"
          onClick={() => {
            wantedClient.value = chosen.client ?? '';
            go('broker', 'clients');
          }}
        >
          Show the client
        </button>
      )}
      <CopyButton text={chosen.text} label="Copy the line" />
      <button
        type="button"
        class="icon-button"
        aria-label="Close the line"
        onClick={() => {
          setChosen(null);
        }}
      >
        <Icon of={X} size={16} />
      </button>
    </div>
  );
}

function Since({ at }: { at: number }) {
  const { now } = useTime();
  return <span>heard without a gap since {timeText(at, now.value)}</span>;
}

export function Nothing({ broker, filtered }: { broker: Broker | undefined; filtered: boolean }) {
  if (broker?.log_lines !== undefined && filtered) {
    return <p class="muted nobody">No line is like that.</p>;
  }
  if (broker?.log_lines !== undefined) {
    return <p class="muted nobody">No line since this page was opened.</p>;
  }
  return (
    <div class="nobody explain-log">
      <p>
        No line of the log has been heard{broker ? ` from ${broker.link.address || broker.id}` : ''}
        . mosquitto publishes its log when its configuration says so, and our user may read{' '}
        <code>$SYS/broker/log/#</code>:
      </p>
      <pre tabIndex={0}>{LOG_LINES}</pre>
      <CopyButton text={LOG_LINES} label="Copy the lines" words="Copy the lines" />
      <DocLink to="mosquitto">How mosquitto is set up</DocLink>
    </div>
  );
}

const LOG_LINES = [
  'log_dest topic',
  'log_type error',
  'log_type warning',
  'log_type notice',
  'log_type subscribe',
  'log_type unsubscribe',
  'connection_messages true',
].join('\n');
