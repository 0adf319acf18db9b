/** Searching what was said in a span that ends at a moment: newest first, as far as there was time. */
import { plural, t } from '@lingui/core/macro';
import { Download } from 'lucide';
import { useEffect, useState } from 'preact/hooks';
import { useServer } from '../../app/context';
import { Denied, queryText } from '../../net/api';
import type { Reply } from '../../net/api';
import { Icon } from '../../ui/icon';
import { momentText } from '../../ui/times';
import { payloadText } from './answer';

type Message = Reply<'GET /topics/messages'>['messages'][number];

const HOUR = 3600;
const SPANS: readonly number[] = [HOUR, 24 * HOUR, 7 * 24 * HOUR, 30 * 24 * HOUR];
/** Messages that are fetched before somebody asks for more. */
const ENOUGH = 100;

const spanText = (seconds: number) =>
  seconds > 24 * HOUR
    ? plural(seconds / (24 * HOUR), { one: '# day', other: '# days' })
    : t`${seconds / HOUR} h`;

export function PastSearch({
  broker,
  below,
  at,
  open,
}: {
  broker: string | undefined;
  below: string;
  at: number;
  open(message: Message): void;
}) {
  const [text, setText] = useState('');
  const [wanted, setWanted] = useState('');
  const [span, setSpan] = useState(24 * HOUR);
  const filter = `${below}#`;
  const { found, more, reached, trouble } = useSearch(broker, filter, wanted, at - span, at);
  const asked = { broker, filter, text: wanted, from: at - span, to: at };
  return (
    <>
      <form
        class="past-search"
        onSubmit={(event) => {
          event.preventDefault();
          setWanted(text.trim());
        }}
      >
        <input
          type="search"
          aria-label={t`Text in messages`}
          placeholder={t`Text in messages`}
          value={text}
          onInput={(input) => {
            setText(input.currentTarget.value);
          }}
        />
        <div class="segments" role="group" aria-label={t`Time before the moment`}>
          {SPANS.map((seconds) => (
            <button
              key={seconds}
              type="button"
              aria-pressed={seconds === span}
              onClick={() => {
                setSpan(seconds);
              }}
            >
              {spanText(seconds)}
            </button>
          ))}
        </div>
        <button type="submit" class="button primary">{t`Search`}</button>
        <a class="button" download href={`api/1/topics/download${queryText(asked)}`}>
          <Icon of={Download} size={15} />
          {t`Download`}
        </a>
      </form>
      <ul class="changes found" aria-label={t`Messages found`}>
        {found.map((each, index) => (
          <li key={index}>
            <button
              type="button"
              data-topic={each.topic}
              onClick={() => {
                open(each);
              }}
            >
              <code class="ellipsis">{each.topic}</code>
              <span class="ellipsis">
                <code>{payloadText(each)}</code>
              </span>
              <small>{momentText(each.at)}</small>
            </button>
          </li>
        ))}
      </ul>
      <p class="note foot" role="status" data-complete={reached === null} data-found={found.length}>
        <span>
          {trouble ??
            (reached === null
              ? t`${plural(found.length, { one: '# message', other: '# messages' })}, all of this time`
              : t`${plural(found.length, { one: '# message', other: '# messages' })}; looked back to ${momentText(reached)}`)}
        </span>
        {more && (
          <button type="button" class="button small" onClick={more}>
            {t`Go on`}
          </button>
        )}
      </p>
    </>
  );
}

interface Found {
  readonly found: readonly Message[];
  readonly after: string | undefined;
  /** The time back to which it was looked; null: all of it. */
  readonly reached: number | null;
  readonly trouble: string | null;
}

/** Messages as they are found; after so many it waits until somebody wants more. */
function useSearch(
  broker: string | undefined,
  filter: string,
  text: string,
  from: number,
  to: number,
) {
  const { api } = useServer();
  const key = JSON.stringify([broker, filter, text, from, to]);
  const none: Found = { found: [], after: undefined, reached: to, trouble: null };
  const [known, setKnown] = useState<{ key: string; state: Found }>({ key, state: none });
  const [wanted, setWanted] = useState({ key, most: ENOUGH });
  const state = known.key === key ? known.state : none;
  const most = wanted.key === key ? wanted.most : ENOUGH;
  useEffect(() => {
    let over = false;
    const read = async () => {
      let { found, after } = state;
      do {
        const fields = { broker, filter, text, from, to, newest: true, after, limit: ENOUGH };
        const answer = await api.get('topics/messages', fields);
        if (over) return;
        found = [...found, ...answer.messages];
        after = answer.after;
        const reached = answer.complete ? null : answer.reached;
        setKnown({ key, state: { found, after, reached, trouble: null } });
      } while (after !== undefined && found.length < most);
    };
    read().catch((error: unknown) => {
      if (!(error instanceof Denied)) throw error;
      if (!over) setKnown({ key, state: { ...none, trouble: error.message } });
    });
    return () => {
      over = true;
    };
  }, [key, most]);
  const more =
    state.after === undefined || state.found.length < most
      ? null
      : () => {
          setWanted({ key, most: state.found.length + ENOUGH });
        };
  return { ...state, more };
}
