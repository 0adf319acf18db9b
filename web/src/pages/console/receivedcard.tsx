/** The messages that came by this page's subscriptions. */
import { plural, t } from '@lingui/core/macro';
import { Pin } from 'lucide';
import { useMemo, useState } from 'preact/hooks';
import type { Message } from '../../console/client';
import { useConsole } from '../../console/context';
import { asText } from '../../console/payload';
import { plain } from '../../things/names';
import { clockText } from '../../ui/clocktext';
import { NARROW, useCalmly, useMedia } from '../../ui/hooks';
import { Icon } from '../../ui/icon';
import { bytes } from '../../ui/numbers';
import { Card } from '../../ui/section';
import { ClearButton, PauseButton, SearchBox } from '../../ui/tools';
import { VirtualRows } from '../../ui/virtual';
import { colourOf } from './colour';
import { REDRAW } from './redraw';
import { MessageView } from './messageview';
import type { Dispatch, StateUpdater } from 'preact/hooks';
import type { ConsoleClient } from '../../console/client';

/** So much of a payload is shown in its row, in characters. */
const HEAD = 200;

/** The messages that are wanted, newest first. */
export function pickMessages(
  messages: readonly Message[],
  of: number | null,
  search: string,
): Message[] {
  const wanted = plain(search);
  const shown: Message[] = [];
  for (let index = messages.length - 1; index >= 0; index--) {
    const message = messages[index];
    if (!message || (of !== null && message.of !== of)) continue;
    if (wanted !== '' && !searchable(message).includes(wanted)) continue;
    shown.push(message);
  }
  return shown;
}

const searchables = new WeakMap<Message, string>();

function searchable(message: Message): string {
  let text = searchables.get(message);
  if (text === undefined) {
    text = plain(`${message.topic} ${asText(message.bytes) ?? ''}`);
    searchables.set(message, text);
  }
  return text;
}

export function ReceivedCard() {
  const consoleClient = useConsole();
  const [paused, setPaused] = useState<readonly Message[] | null>(null);
  const [search, setSearch] = useState('');
  const [of, setOf] = useState<number | null>(null);
  const [chosen, setChosen] = useState<Message | null>(null);
  const narrow = useMedia(NARROW);
  useCalmly(consoleClient, REDRAW);
  const messages = paused ?? consoleClient.messages;
  const still = consoleClient.subscriptions.some((sub) => sub.key === of) ? of : null;
  const shown = useMemo(
    () => pickMessages(messages, still, search),
    [messages, messages.length, consoleClient.count, still, search],
  );
  const dropped = consoleClient.subscriptions.reduce((all, sub) => all + sub.dropped, 0);
  const open = chosen ?? shown[0] ?? null;
  return (
    <Card
      name={t`Messages`}
      class="heard tall"
      aside={
        <div class="tools">
          <SearchBox label={t`Show only messages with`} value={search} set={setSearch} />
          {consoleClient.subscriptions.length > 1 && (
            <SubscriptionPick still={still} setOf={setOf} consoleClient={consoleClient} />
          )}
          <PauseButton
            paused={paused !== null}
            press={() => {
              setPaused(paused === null ? [...consoleClient.messages] : null);
            }}
          />
          <ClearButton
            press={() => {
              consoleClient.clear();
              setChosen(null);
              if (paused !== null) setPaused([]);
            }}
          />
        </div>
      }
    >
      {shown.length === 0 ? (
        <p class="muted nobody">
          {consoleClient.subscriptions.length === 0
            ? t`Subscribe to something, and its messages appear here.`
            : messages.length === 0
              ? t`Nothing has been heard yet.`
              : t`No message is like that.`}
        </p>
      ) : (
        <ReceivedList
          shown={shown}
          narrow={narrow}
          chosen={chosen}
          setChosen={setChosen}
          open={open}
        />
      )}
      <p class="note foot">
        <span>{plural(messages.length, { one: '# kept', other: '# kept' })}</span>
        {dropped > 0 && (
          <span class="caution">
            {plural(dropped, { one: '# dropped on the way', other: '# dropped on the way' })}
          </span>
        )}
      </p>
    </Card>
  );
}

function SubscriptionPick({
  still,
  setOf,
  consoleClient,
}: {
  still: number | null;
  setOf: Dispatch<StateUpdater<number | null>>;
  consoleClient: ConsoleClient;
}) {
  return (
    <label class="pick">
      <span class="hidden">{t`Show the messages of`}</span>
      <select
        value={still === null ? '' : String(still)}
        onChange={(change) => {
          const value = change.currentTarget.value;
          setOf(value === '' ? null : Number(value));
        }}
      >
        <option value="">{t`All subscriptions`}</option>
        {consoleClient.subscriptions.map((sub) => (
          <option key={sub.key} value={String(sub.key)}>
            {sub.filter}
          </option>
        ))}
      </select>
    </label>
  );
}

function ReceivedList({
  shown,
  narrow,
  chosen,
  setChosen,
  open,
}: {
  shown: Message[];
  narrow: boolean;
  chosen: Message | null;
  setChosen: Dispatch<StateUpdater<Message | null>>;
  open: Message | null;
}) {
  return (
    <div class="heard-in">
      <VirtualRows
        items={shown}
        rowHeight={narrow ? 56 : 46}
        class="message-list"
        role="list"
        label={t`Messages, newest first`}
        keyOf={(message) => message.n}
      >
        {(message) => (
          <button
            type="button"
            class="message"
            data-message={message.topic}
            aria-pressed={chosen?.n === message.n}
            style={{ '--c': `var(--${colourOf(message.of)})` }}
            onClick={() => {
              setChosen(chosen?.n === message.n ? null : message);
            }}
          >
            <code class="topic ellipsis">{message.topic}</code>
            <span class="about">
              {message.retain && <Icon of={Pin} size={12} />}
              {message.retain && <span class="hidden">{t`retained`}, </span>}
              {bytes(message.size)}
            </span>
            <time>{clockText(message.at * 1000)}</time>
            <code class="head ellipsis">{headOf(message)}</code>
          </button>
        )}
      </VirtualRows>
      {open && <MessageView message={open} following={chosen === null} />}
    </div>
  );
}

function headOf(message: Message): string {
  if (message.size === 0) return '(empty)';
  const text = asText(message.bytes);
  if (text !== null) return text.slice(0, HEAD);
  return [...message.bytes.subarray(0, 32)]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join(' ');
}
