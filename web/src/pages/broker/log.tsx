/** The broker's log as it is written: by level, searched, held still to be read. */
import { plural, t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { X } from 'lucide';
import { useMemo, useState } from 'preact/hooks';
import { startOfDay, timeText } from '../../ui/times';
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

const levels = (): readonly (readonly [LevelFilter, string])[] => [
  ['all', t`All`],
  ['notice', t`Notice`],
  ['warning', t`Warning`],
  ['error', t`Error`],
  ['subscribe', t`Subscriptions`],
];

export function LogPart({ broker }: { broker: Broker | undefined }) {
  const { now } = useTime();
  const { go } = useNavigation();
  const brokerLog = useBrokerLog();
  const today = startOfDay(now.value);
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
  const tooFast = broker?.log_missed ?? 0;
  return (
    <Card
      name={t`Broker log`}
      class="log tall"
      aside={
        <div class="tools">
          <SearchBox label={t`Show only lines with`} value={search} set={setSearch} />
          <Chips label={t`Level`} of={levels()} value={level} set={setLevel} />
          <PauseButton
            paused={paused !== null}
            fresh={fresh}
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
        <span>{plural(shown.length, { one: '# line', other: '# lines, newest first' })}</span>
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
        {tooFast > 0 && (
          <span class="caution">
            {plural(tooFast, {
              one: '# came too fast to be shown',
              other: '# came too fast to be shown',
            })}
          </span>
        )}
        {away > 0 && (
          <span class="caution">
            {plural(away, {
              one: '# passed while this page was away',
              other: '# passed while this page was away',
            })}
          </span>
        )}
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
      label={t`Lines of the log, newest first`}
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
        >{t`Show the client`}</button>
      )}
      <CopyButton text={chosen.text} label={t`Copy the line`} />
      <button
        type="button"
        class="icon-button"
        aria-label={t`Close the line`}
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
  return (
    <span>
      <Trans>heard without a gap since {timeText(at, now.value)}</Trans>
    </span>
  );
}

export function Nothing({ broker, filtered }: { broker: Broker | undefined; filtered: boolean }) {
  if (broker?.log_lines !== undefined && filtered) {
    return <p class="muted nobody">{t`No line is like that.`}</p>;
  }
  if (broker?.log_lines !== undefined) {
    return <p class="muted nobody">{t`No line since this page was opened.`}</p>;
  }
  return (
    <div class="nobody explain-log">
      <p>
        {broker
          ? t`No line of the log has been heard from ${broker.link.address || broker.id}.`
          : t`No line of the log has been heard.`}{' '}
        <Trans>
          mosquitto publishes its log when its configuration says so, and our user may read{' '}
          <code>$SYS/broker/log/#</code>:
        </Trans>
      </p>
      <pre tabIndex={0}>{LOG_LINES}</pre>
      <CopyButton text={LOG_LINES} label={t`Copy the lines`} words={t`Copy the lines`} />
      <DocLink to="mosquitto">{t`How mosquitto is set up`}</DocLink>
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
