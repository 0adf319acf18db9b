/**
 * The frame inspector: what went over this page's connection, and a way to send a frame by hand.
 */
import { Send } from 'lucide';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { bytes } from '../../ui/numbers';
import type { LoggedFrame } from '../../app/framelog';
import { isRecord } from '../../net/protocol';
import { clockText } from '../../ui/clocktext';
import { CopyButton } from '../../ui/copy';
import { useServer } from '../../app/context';
import { useCalmly } from '../../ui/hooks';
import { Icon } from '../../ui/icon';
import { Card } from '../../ui/section';
import { Chip, Chips, ClearButton, PauseButton, SearchBox } from '../../ui/tools';

/** The list is drawn anew at most this often, in milliseconds. */
const REDRAW = 200;
/** At most so many rows are drawn. */
const ROWS = 200;
/** A frame longer than this many characters is not made pretty: it would hold up the page. */
const PRETTY_MOST = 200_000;

type Direction = 'all' | LoggedFrame['direction'];

const DIRECTIONS: readonly (readonly [Direction, string])[] = [
  ['all', 'All'],
  ['in', 'Received'],
  ['out', 'Sent'],
];

export function Frames() {
  const { frameLog } = useServer();
  const [paused, setPaused] = useState<readonly LoggedFrame[] | null>(null);
  const [filter, setFilter] = useState('');
  const [direction, setDirection] = useState<Direction>('all');
  const [beats, setBeats] = useState(false);
  const [chosen, setChosen] = useState<LoggedFrame | null>(null);
  useCalmly(frameLog, REDRAW, paused === null);

  const frames = paused ?? frameLog.frames;
  const shown = pick(frames, filter, direction, beats);
  return (
    <>
      <Card
        name="Frames"
        class="frames"
        aside={
          <div class="tools">
            <SearchBox
              label="Show only frames that contain"
              hint="Filter"
              value={filter}
              set={setFilter}
            />
            <Chips label="Direction" of={DIRECTIONS} value={direction} set={setDirection}>
              <Chip
                on={beats}
                press={() => {
                  setBeats(!beats);
                }}
              >
                Beats
              </Chip>
            </Chips>
            <PauseButton
              paused={paused !== null}
              press={() => {
                setPaused(paused === null ? [...frameLog.frames] : null);
              }}
            />
            <ClearButton
              press={() => {
                frameLog.clear();
                setChosen(null);
                if (paused !== null) setPaused([]);
              }}
            />
          </div>
        }
      >
        <div class="frames-in">
          <FrameList frames={shown} chosen={chosen} choose={setChosen} />
          <Inspected frame={chosen ?? shown[0] ?? null} following={chosen === null} />
        </div>
      </Card>
      <SendCard />
    </>
  );
}

/** The newest frames that are wanted, newest first. */
export function pick(
  frames: readonly LoggedFrame[],
  filter: string,
  direction: Direction,
  beats: boolean,
): LoggedFrame[] {
  const wanted = filter.toLowerCase();
  const shown: LoggedFrame[] = [];
  for (let index = frames.length - 1; index >= 0 && shown.length < ROWS; index--) {
    const frame = frames[index];
    if (!frame) continue;
    if (direction !== 'all' && frame.direction !== direction) continue;
    if (!beats && frame.label === 'beat') continue;
    if (wanted && !frame.text.toLowerCase().includes(wanted)) continue;
    shown.push(frame);
  }
  return shown;
}

function FrameList({
  frames,
  chosen,
  choose,
}: {
  frames: readonly LoggedFrame[];
  chosen: LoggedFrame | null;
  choose(frame: LoggedFrame | null): void;
}) {
  if (frames.length === 0) return <p class="muted nobody">No such frame yet.</p>;
  return (
    <ol class="frame-list" aria-label="Frames, newest first">
      {frames.map((frame) => (
        <li key={frame.n}>
          <button
            type="button"
            data-direction={frame.direction}
            data-label={frame.label}
            aria-pressed={chosen?.n === frame.n}
            onClick={() => {
              choose(chosen?.n === frame.n ? null : frame);
            }}
          >
            <time>{clockText(frame.at)}</time>
            <b>
              {frame.direction === 'in' ? '←' : '→'} {frame.label}
            </b>
            <code>{frame.text.slice(0, 160)}</code>
            <span>{bytes(frame.size)}</span>
          </button>
        </li>
      ))}
    </ol>
  );
}

function Inspected({ frame, following }: { frame: LoggedFrame | null; following: boolean }) {
  const pretty = useMemo(() => (frame ? prettyJson(frame.text) : ''), [frame]);
  if (!frame) return null;
  return (
    <div class="inspected">
      <header>
        <b>
          {frame.direction === 'in' ? 'Received' : 'Sent'} {clockText(frame.at)}
        </b>
        <span class="muted">
          {bytes(frame.size)}
          {following ? ', the newest' : ''}
        </span>
        <CopyButton text={frame.text} label="Copy this frame" />
      </header>
      <pre tabIndex={0} aria-label="Content of the frame">
        {pretty}
      </pre>
    </div>
  );
}

/** JSON with line breaks; anything else, or too much of it, as it is. */
export function prettyJson(text: string): string {
  if (text.length > PRETTY_MOST) return `${text.slice(0, PRETTY_MOST)}\n… cut here`;
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

const EXAMPLES: readonly (readonly [name: string, text: string])[] = [
  ['Ping', '{"id": 1, "do": "ping"}'],
  ['Something unknown', '{"id": 2, "do": "dance"}'],
];

/** What is wrong with a text that somebody wants to send, or null. */
export function complaint(text: string, limit: number | undefined): string | null {
  if (text.trim() === '') return 'Write a frame, or take an example.';
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return `Not JSON: ${error instanceof Error ? error.message : String(error)}`;
  }
  if (!isRecord(value)) return 'A frame is a JSON object.';
  if (typeof value['id'] !== 'number' || !Number.isInteger(value['id'])) {
    return 'A request has a whole number as "id"; its answer will carry the same one.';
  }
  if (typeof value['do'] !== 'string') return 'A request says in "do" what is to be done.';
  const size = new TextEncoder().encode(text).length;
  if (limit !== undefined && size > limit) {
    return `${bytes(size)} is more than the server takes (${bytes(limit)}).`;
  }
  return null;
}

function SendCard() {
  const { connection, socket, frameLog } = useServer();
  const [text, setText] = useState(EXAMPLES[0]?.[1] ?? '');
  const [waiting, setWaiting] = useState<{ id: number; after: number } | null>(null);
  const [answer, setAnswer] = useState<LoggedFrame | null>(null);
  const live = connection.value.state === 'live';
  const wrong = complaint(text, socket.hello?.messageLimit);

  useEffect(() => {
    if (!waiting) return;
    const look = () => {
      const found = frameLog.frames.find(
        (frame) =>
          frame.n > waiting.after && frame.label === 'answer' && idOf(frame.text) === waiting.id,
      );
      if (!found) return;
      setAnswer(found);
      setWaiting(null);
    };
    look();
    return frameLog.onChange(look);
  }, [waiting, frameLog]);

  const send = () => {
    if (wrong !== null || !live) return;
    const frame = JSON.parse(text) as { id: number; do: string };
    setAnswer(null);
    const after = frameLog.count;
    if (socket.send(frame.do, text)) setWaiting({ id: frame.id, after });
  };
  const said = answer && (JSON.parse(answer.text) as { ok?: boolean }).ok;
  return (
    <Card
      name="Send by hand"
      class="send"
      aside={
        <div class="chips" role="group" aria-label="Examples">
          {EXAMPLES.map(([name, example]) => (
            <button
              key={name}
              type="button"
              class="chip"
              onClick={() => {
                setText(example);
              }}
            >
              {name}
            </button>
          ))}
        </div>
      }
    >
      <form
        onSubmit={(submit) => {
          submit.preventDefault();
          send();
        }}
      >
        <textarea
          aria-label="Frame to send"
          aria-describedby="send-said"
          aria-invalid={wrong !== null}
          spellcheck={false}
          rows={3}
          value={text}
          onInput={(input) => {
            setText(input.currentTarget.value);
          }}
          onKeyDown={(key) => {
            if (key.key === 'Enter' && (key.ctrlKey || key.metaKey)) {
              key.preventDefault();
              send();
            }
          }}
        />
        <div class="send-row">
          <p id="send-said" class={wrong === null ? 'muted' : 'wrong'} role="status">
            {wrong ?? (live ? 'Ready. Ctrl Enter sends too.' : 'There is no connection just now.')}
          </p>
          <button type="submit" class="button primary" disabled={wrong !== null || !live}>
            <Icon of={Send} size={15} />
            Send
          </button>
        </div>
      </form>
      <div class="answer" aria-live="polite">
        {waiting && <p class="muted">Waiting for the answer to {waiting.id}…</p>}
        {answer && (
          <>
            <header>
              <b class={said === true ? 'good' : 'wrong'}>{said === true ? 'Done' : 'Refused'}</b>
              <span class="muted">{clockText(answer.at)}</span>
              <CopyButton text={answer.text} label="Copy the answer" />
            </header>
            <pre tabIndex={0}>{prettyJson(answer.text)}</pre>
          </>
        )}
      </div>
    </Card>
  );
}

function idOf(text: string): number | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) && typeof value['id'] === 'number' ? value['id'] : undefined;
  } catch {
    return undefined;
  }
}
