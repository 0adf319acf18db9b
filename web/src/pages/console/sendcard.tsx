/** A request written by hand, sent over this page's connection. */
import { t } from '@lingui/core/macro';
import { Send } from 'lucide';
import { useEffect, useState } from 'preact/hooks';
import { useServer } from '../../app/context';
import type { LoggedFrame } from '../../app/framelog';
import { isRecord } from '../../net/record';
import { clockText } from '../../ui/clocktext';
import { CopyButton } from '../../ui/copy';
import { Icon } from '../../ui/icon';
import { bytes } from '../../ui/numbers';
import { Card } from '../../ui/section';
import { prettyJson } from './inspector';
import type { Dispatch, StateUpdater } from 'preact/hooks';

const examples = (): readonly (readonly [name: string, text: string])[] => [
  [t`Ping`, '{"id": 1, "do": "ping"}'],
  [t`Something unknown`, '{"id": 2, "do": "dance"}'],
];

/** What is wrong with a text that somebody wants to send, or null. */
export function complaint(text: string, limit: number | undefined): string | null {
  if (text.trim() === '') return t`Write a frame, or take an example.`;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return t`Not JSON: ${error instanceof Error ? error.message : String(error)}`;
  }
  if (!isRecord(value)) return t`A frame is a JSON object.`;
  if (typeof value['id'] !== 'number' || !Number.isInteger(value['id'])) {
    return t`A request has a whole number as "id"; its answer will carry the same one.`;
  }
  if (typeof value['do'] !== 'string') return t`A request says in "do" what is to be done.`;
  const size = new TextEncoder().encode(text).length;
  if (limit !== undefined && size > limit) {
    return t`${bytes(size)} is more than the server takes (${bytes(limit)}).`;
  }
  return null;
}

export function SendCard() {
  const { connection, socket, frameLog } = useServer();
  const [text, setText] = useState(examples()[0]?.[1] ?? '');
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
      name={t`Send by hand`}
      class="send"
      aside={
        <div class="chips" role="group" aria-label={t`Examples`}>
          {examples().map(([name, example]) => (
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
      <SendForm send={send} wrong={wrong} text={text} setText={setText} live={live} />
      <AnswerView waiting={waiting} answer={answer} said={said} />
    </Card>
  );
}

function SendForm({
  send,
  wrong,
  text,
  setText,
  live,
}: {
  send: () => void;
  wrong: string | null;
  text: string;
  setText: Dispatch<StateUpdater<string>>;
  live: boolean;
}) {
  return (
    <form
      onSubmit={(submit) => {
        submit.preventDefault();
        send();
      }}
    >
      <textarea
        aria-label={t`Frame to send`}
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
          {wrong ?? (live ? t`Ready. Ctrl Enter sends too.` : t`There is no connection just now.`)}
        </p>
        <button type="submit" class="button primary" disabled={wrong !== null || !live}>
          <Icon of={Send} size={15} />
          {t`Send`}
        </button>
      </div>
    </form>
  );
}

function AnswerView({
  waiting,
  answer,
  said,
}: {
  waiting: { id: number; after: number } | null;
  answer: LoggedFrame | null;
  said: boolean | null | undefined;
}) {
  return (
    <div class="answer" aria-live="polite">
      {waiting && <p class="muted">{t`Waiting for the answer to ${waiting.id}…`}</p>}
      {answer && (
        <>
          <header>
            <b class={said === true ? 'good' : 'wrong'}>{said === true ? t`Done` : t`Refused`}</b>
            <span class="muted">{clockText(answer.at)}</span>
            <CopyButton text={answer.text} label={t`Copy the answer`} />
          </header>
          <pre tabIndex={0}>{prettyJson(answer.text)}</pre>
        </>
      )}
    </div>
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
