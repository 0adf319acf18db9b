/** Choosing a number out of the topics that a broker has, each with its present value. */
import { t } from '@lingui/core/macro';
import { useState } from 'preact/hooks';
import { useKind } from '../../app/context';
import { grouped } from '../../ui/numbers';
import { SearchBox } from '../../ui/tools';
import type { ChoiceProps } from './choice';
import { withAbout, withCondition } from './draft';
import { numbersIn } from './numbers';
import { brokerIn, useTopics } from './topics';

/** Rows of an answer. */
const MOST = 40;

export function TopicChoice({ draft, change }: ChoiceProps) {
  const brokers = useKind('broker').map(({ id }) => id);
  const [text, setText] = useState(draft.condition.topic ?? '');
  const broker = brokerIn(draft.about) ?? brokers[0];
  const { found, why } = useTopics(broker, text);
  const rows = found
    .flatMap(({ name, last }) =>
      numbersIn(last ?? '').map((number) => ({ topic: name, ...number })),
    )
    .slice(0, MOST);
  const { topic, field } = draft.condition;
  return (
    <div class="rule-stack">
      <SearchBox label={t`Find a topic`} value={text} set={setText} />
      {why !== '' && (
        <p class="rule-wrong" role="status">
          {why}
        </p>
      )}
      <div class="rule-rows" role="radiogroup" aria-label={t`Numbers of topics`}>
        {rows.map((row) => (
          <label key={`${row.topic} ${row.field ?? ''}`} class="rule-row rule-topic">
            <input
              type="radio"
              name="topic"
              checked={row.topic === topic && row.field === field}
              onChange={() => {
                const about = [broker === undefined ? 'broker' : `broker/${broker}`];
                const next = withCondition(withAbout(draft, about), {
                  topic: row.topic,
                  field: row.field,
                });
                change(next);
              }}
            />
            <span>
              <code>{row.topic}</code>
              {row.field !== undefined && <code class="muted">{row.field}</code>}
            </span>
            <b class="number">{grouped(row.value)}</b>
          </label>
        ))}
        {rows.length === 0 && why === '' && (
          <p class="note">{t`No topic of this name has said a number.`}</p>
        )}
      </div>
    </div>
  );
}
