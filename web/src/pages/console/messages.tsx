/** What this page has subscribed, what it hears by that, and one message of it looked at closely. */
import { Pin, Plus, X } from 'lucide';
import { useMemo, useState } from 'preact/hooks';
import { bytes, grouped } from '../../ui/numbers';
import { asText, filterFault, hexDump, tidyJson } from '../../console/payload';
import type { Message, Subscription } from '../../console/client';
import type { Broker } from '../../things/broker/read';
import { plain } from '../../things/names';
import { clockText } from '../../ui/clocktext';
import { CopyButton } from '../../ui/copy';
import { useServer } from '../../app/context';
import { useConsole } from '../../console/context';
import { NARROW, useCalmly, useMedia } from '../../ui/hooks';
import { Icon } from '../../ui/icon';
import { Card } from '../../ui/section';
import { ClearButton, PauseButton, SearchBox } from '../../ui/tools';
import { VirtualRows } from '../../ui/virtual';
import { PublishCard } from './publish';
import { wishes } from './requested';

/** The list is drawn anew at most this often, in milliseconds. */
const REDRAW = 120;
/** So much of a payload is shown in its row, in characters. */
const HEAD = 200;
/** Colours tell subscriptions apart. */
const COLOURS = 8;

export function MessagesPart({
  brokers,
  broker,
}: {
  brokers: readonly Broker[];
  broker: Broker | undefined;
}) {
  return (
    <div class="messages-part">
      <div>
        <SubscriptionsCard brokers={brokers} broker={broker} />
        <PublishCard brokers={brokers} broker={broker} />
      </div>
      <HeardCard />
    </div>
  );
}

export function BrokerPick({
  brokers,
  value,
  pick,
}: {
  brokers: readonly Broker[];
  value: string;
  pick(id: string): void;
}) {
  if (brokers.length < 2) return null;
  return (
    <label class="pick">
      <span class="muted">Broker</span>
      <select
        value={value}
        onChange={(change) => {
          pick(change.currentTarget.value);
        }}
      >
        {brokers.map((each) => (
          <option key={each.id} value={each.id}>
            {each.id}
          </option>
        ))}
      </select>
    </label>
  );
}

function SubscriptionsCard({
  brokers,
  broker,
}: {
  brokers: readonly Broker[];
  broker: Broker | undefined;
}) {
  const { connection } = useServer();
  const consoleClient = useConsole();
  const [filter, setFilter] = useState('');
  const [qos, setQos] = useState(0);
  const [picked, setPicked] = useState('');
  const [why, setWhy] = useState<string | null>(null);
  useCalmly(consoleClient, REDRAW);
  const live = connection.value.state === 'live';
  const id = picked || (broker?.id ?? '');
  const fault = filter === '' ? null : filterFault(filter);
  const said = fault ?? why ?? (wishes.said.value || null);
  const add = () => {
    if (filterFault(filter) !== null || !live) return;
    setWhy(null);
    wishes.said.value = '';
    const wanted = filter;
    consoleClient.subscribe(id, wanted, qos).then(
      () => {
        setFilter('');
      },
      (error: unknown) => {
        setWhy(error instanceof Error ? error.message : String(error));
      },
    );
  };
  return (
    <Card
      name="Subscriptions"
      class="subscriptions"
      aside={<BrokerPick brokers={brokers} value={id} pick={setPicked} />}
    >
      <form
        class="subscribe"
        onSubmit={(submit) => {
          submit.preventDefault();
          add();
        }}
      >
        <input
          class="field mono"
          aria-label="Topic filter"
          aria-invalid={said !== null}
          aria-describedby="subscribe-said"
          placeholder="owntracks/+/+ or #"
          autocomplete="off"
          spellcheck={false}
          value={filter}
          onInput={(input) => {
            setFilter(input.currentTarget.value);
            setWhy(null);
            wishes.said.value = '';
          }}
        />
        <QosPick name="subscribe-qos" qos={qos} pick={setQos} />
        <button
          type="submit"
          class="button primary"
          disabled={!live || filter === '' || fault !== null}
        >
          <Icon of={Plus} size={15} />
          Subscribe
        </button>
      </form>
      <p id="subscribe-said" class="wrong" role="status">
        {said}
      </p>
      {consoleClient.subscriptions.length === 0 ? (
        <p class="muted">
          Nothing yet. What you subscribe is heard by you alone, and kept while this page is open.
        </p>
      ) : (
        <ul class="subs">
          {consoleClient.subscriptions.map((sub) => (
            <SubRow key={sub.key} sub={sub} named={brokers.length > 1} />
          ))}
        </ul>
      )}
    </Card>
  );
}

/** 0 or 1: what the server takes. */
export function QosPick({
  name,
  qos,
  pick,
}: {
  name: string;
  qos: number;
  pick(qos: number): void;
}) {
  return (
    <div class="segments" role="group" aria-label="QoS" id={name}>
      {[0, 1].map((each) => (
        <button
          key={each}
          type="button"
          aria-pressed={qos === each}
          title={each === 0 ? 'At most once' : 'At least once'}
          onClick={() => {
            pick(each);
          }}
        >
          QoS {each}
        </button>
      ))}
    </div>
  );
}

function colourOf(key: number): string {
  return `c${String(((key - 1) % COLOURS) + 1)}`;
}

function SubRow({ sub, named }: { sub: Subscription; named: boolean }) {
  const consoleClient = useConsole();
  const word = { active: 'active', waiting: 'waiting', refused: 'refused' }[sub.state];
  return (
    <li
      data-sub={sub.filter}
      data-state={sub.state}
      style={{ '--c': `var(--${colourOf(sub.key)})` }}
    >
      <i />
      <div>
        <code class="ellipsis" title={sub.filter}>
          {sub.filter}
        </code>
        <p class={sub.state === 'refused' ? 'wrong' : 'muted'}>
          {word}
          {named && ` at ${sub.broker}`} · QoS {sub.qos} · {grouped(sub.heard)} heard
          {sub.why !== undefined && ` · ${sub.why}`}
        </p>
        {sub.dropped > 0 && (
          <p class="caution">
            {grouped(sub.dropped)} dropped: they came faster than this page took them
          </p>
        )}
      </div>
      <button
        type="button"
        class="icon-button"
        aria-label={`End ${sub.filter}`}
        title="Unsubscribe"
        onClick={() => {
          consoleClient.unsubscribe(sub.key);
        }}
      >
        <Icon of={X} size={16} />
      </button>
    </li>
  );
}

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

function HeardCard() {
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
      name="Messages"
      class="heard tall"
      aside={
        <div class="tools">
          <SearchBox label="Show only messages with" value={search} set={setSearch} />
          {consoleClient.subscriptions.length > 1 && (
            <label class="pick">
              <span class="hidden">Show the messages of</span>
              <select
                value={still === null ? '' : String(still)}
                onChange={(change) => {
                  const value = change.currentTarget.value;
                  setOf(value === '' ? null : Number(value));
                }}
              >
                <option value="">All subscriptions</option>
                {consoleClient.subscriptions.map((sub) => (
                  <option key={sub.key} value={String(sub.key)}>
                    {sub.filter}
                  </option>
                ))}
              </select>
            </label>
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
            ? 'Subscribe to something, and its messages appear here.'
            : messages.length === 0
              ? 'Nothing has been heard yet.'
              : 'No message is like that.'}
        </p>
      ) : (
        <div class="heard-in">
          <VirtualRows
            items={shown}
            rowHeight={narrow ? 56 : 46}
            class="message-list"
            role="list"
            label="Messages, newest first"
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
                  {message.retain && <span class="hidden">retained, </span>}
                  {bytes(message.size)}
                </span>
                <time>{clockText(message.at * 1000)}</time>
                <code class="head ellipsis">{headOf(message)}</code>
              </button>
            )}
          </VirtualRows>
          {open && <MessageView message={open} following={chosen === null} />}
        </div>
      )}
      <p class="note foot">
        <span>{grouped(messages.length)} kept</span>
        {dropped > 0 && <span class="caution">{grouped(dropped)} dropped on the way</span>}
      </p>
    </Card>
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

type Shape = 'text' | 'json' | 'hex';

function MessageView({ message, following }: { message: Message; following: boolean }) {
  const text = useMemo(() => asText(message.bytes), [message]);
  const tidy = useMemo(() => (text === null ? null : tidyJson(text)), [text]);
  const [liked, setLiked] = useState<Shape>('json');
  const can: readonly Shape[] = [
    ...(tidy === null ? [] : ['json' as const]),
    ...(text === null ? [] : ['text' as const]),
    'hex',
  ];
  const shape = can.includes(liked) ? liked : (can[0] ?? 'hex');
  const shown = shape === 'json' ? tidy : shape === 'text' ? text : hexDump(message.bytes);
  const cut = message.size > message.bytes.length;
  return (
    <div class="message-open">
      <header>
        <code class="ellipsis" title={message.topic}>
          {message.topic}
        </code>
        <CopyButton text={message.topic} label="Copy the topic" />
      </header>
      <p class="note">
        {clockText(message.at * 1000)} · {bytes(message.size)} · QoS {message.qos}
        {message.retain ? ' · retained' : ''}
        {following ? ' · the newest' : ''}
      </p>
      <div class="shape">
        <div class="segments" role="group" aria-label="Show the payload as">
          {(['json', 'text', 'hex'] as const).map((each) => (
            <button
              key={each}
              type="button"
              aria-pressed={shape === each}
              disabled={!can.includes(each)}
              onClick={() => {
                setLiked(each);
              }}
            >
              {{ json: 'JSON', text: 'Text', hex: 'Hex' }[each]}
            </button>
          ))}
        </div>
        <CopyButton text={shown ?? ''} label="Copy the payload" />
      </div>
      {message.size === 0 ? (
        <p class="muted">No payload.</p>
      ) : (
        <pre tabIndex={0} aria-label="Payload" data-shape={shape}>
          {shown}
        </pre>
      )}
      {cut && (
        <p class="note caution">
          The first {bytes(message.bytes.length)} of {bytes(message.size)}.
        </p>
      )}
    </div>
  );
}
