/**
 * The topics as they were at the moment that is looked at: the tree, what is different now, what
 * was said, and what is recorded at all.
 */
import { plural, t } from '@lingui/core/macro';
import { useState } from 'preact/hooks';
import { useServer } from '../../app/context';
import { usePast } from '../../past/context';
import { momentText } from '../../ui/times';
import { Card } from '../../ui/section';
import { Chips } from '../../ui/tools';
import { Crumbs, Pager } from '../broker/topicframe';
import { TimeBar } from '../timebar';
import { useAnswer } from './answer';
import { Changes } from './changes';
import { PastLeaf } from './leaf';
import { RecordedPart } from './recording';
import { PastRows } from './rows';
import type { PastLevel, PastTree } from './rows';
import { PastSearch } from './search';

type Shown = 'tree' | 'changes' | 'messages' | 'recorded';

const shownAs = (): readonly (readonly [Shown, string])[] => [
  ['tree', t`Tree`],
  ['changes', t`Changed since`],
  ['messages', t`Messages`],
  ['recorded', t`What is recorded`],
];

export interface PastTopicsProps {
  readonly broker: string | undefined;
  /** Where somebody was in the tree of now, and the topic that was looked at there. */
  readonly path: readonly string[];
  readonly topic: string | null;
}

export function PastTopics({ broker, ...begin }: PastTopicsProps) {
  const past = usePast();
  const at = past.at.value;
  const [shown, show] = useState<Shown>('tree');
  const [path, setPath] = useState(begin.path);
  const [topic, setTopic] = useState(begin.topic);
  if (at === null) return null;
  const below = path.map((level) => `${level}/`).join('');
  const goTo = (next: readonly string[]) => {
    setPath(next);
    setTopic(null);
    show('tree');
  };
  return (
    <div class={topic === null ? 'topics-part rewind' : 'topics-part rewind with-open'}>
      <div class="rewind-time" data-as-of={at}>
        <TimeBar />
      </div>
      <Card
        name={t`Topics then`}
        class="topics tall"
        aside={<Chips label={t`Show`} of={shownAs()} value={shown} set={show} />}
      >
        {shown !== 'recorded' && (
          <Crumbs
            path={path}
            goTo={goTo}
            broker={broker === undefined ? undefined : { id: broker }}
            here={undefined}
          />
        )}
        {shown === 'tree' && (
          <Tree broker={broker} path={path} at={at} topic={topic} goTo={goTo} choose={setTopic} />
        )}
        {shown === 'changes' && <Changes broker={broker} below={below} at={at} open={setTopic} />}
        {shown === 'messages' && (
          <PastSearch
            broker={broker}
            below={below}
            at={at}
            open={(message) => {
              setTopic(message.topic);
              past.go(message.at);
            }}
          />
        )}
        {shown === 'recorded' && <RecordedPart />}
      </Card>
      {topic !== null && <PastLeaf topic={topic} broker={broker} at={at} />}
    </div>
  );
}

function Tree({
  broker,
  path,
  at,
  topic,
  goTo,
  choose,
}: {
  broker: string | undefined;
  path: readonly string[];
  at: number;
  topic: string | null;
  goTo(path: readonly string[]): void;
  choose(topic: string | null): void;
}) {
  const { api } = useServer();
  const below = path.map((level) => `${level}/`).join('');
  const [turned, turn] = useState<{ of: string; pages: readonly (string | undefined)[] } | null>(
    null,
  );
  const pages = turned?.of === below ? turned.pages : [undefined];
  const after = pages.at(-1);
  const { answer, trouble } = useAnswer(
    JSON.stringify([broker, below, at, after]),
    () => api.get('topics/tree', { broker, below, at, after, compare: true }),
    below,
  );
  if (answer === null) {
    return (
      <p class={trouble === null ? 'muted nobody' : 'wrong nobody'} role="status">
        {trouble ?? t`Waiting for the first page…`}
      </p>
    );
  }
  const open = (row: PastLevel) => {
    const whole = below + row.name;
    if (row.children > 0) goTo([...path, row.name]);
    else choose(whole === topic ? null : whole);
  };
  return (
    <>
      {answer.children.length === 0 ? (
        <p class="muted nobody">{nothingText(answer)}</p>
      ) : (
        <PastRows tree={answer} chosen={topic} open={open} />
      )}
      <p class="note foot" data-shown-at={answer.at}>
        <span>
          {plural(answer.node.topics, { one: '# topic by then', other: '# topics by then' })}
        </span>
        {answer.begins !== undefined && (
          <span>{t`Recorded since ${momentText(answer.begins)}`}</span>
        )}
        {(pages.length > 1 || answer.after !== undefined) && (
          <Pager
            pages={pages}
            turn={(next) => {
              turn({ of: below, pages: next });
            }}
            after={answer.after}
          />
        )}
      </p>
    </>
  );
}

function nothingText({ begins, at }: PastTree): string {
  if (begins === undefined) return t`No topic is recorded yet.`;
  return begins > at
    ? t`Nothing is recorded of then: the past begins ${momentText(begins)}.`
    : t`Nothing had been heard below this by then.`;
}
