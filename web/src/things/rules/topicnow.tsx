/** The number of a topic as it is now, and whether a rule would tell of it. */
import { t } from '@lingui/core/macro';
import { grouped } from '../../ui/numbers';
import type { Condition, Wishes } from './model';
import { numbersIn } from './numbers';
import { brokerIn, useTopics } from './topics';

export function TopicNow({ of: { about, condition } }: { of: Wishes }) {
  const { topic = '', field } = condition;
  const { found, why } = useTopics(brokerIn(about), topic);
  const last = found.find(({ name }) => name === topic)?.last ?? '';
  const now = numbersIn(last).find((number) => number.field === field)?.value;
  if (why !== '') {
    return (
      <p class="rule-wrong" role="status">
        {why}
      </p>
    );
  }
  return (
    <p class="rule-now" role="status" data-now={now}>
      {now === undefined ? (
        <span class="muted">{t`It has said no number yet.`}</span>
      ) : (
        <>
          <span class="muted">{t`Now`}</span> <b class="number">{grouped(now)}</b>{' '}
          {holds(condition, now) && <span>{t`This rule would tell of that at once.`}</span>}
        </>
      )}
    </p>
  );
}

/** Whether a value is beyond the limits; with both, between them. Pure. */
export function holds({ above, below, changed }: Condition, value: number): boolean {
  if (changed || (above === undefined && below === undefined)) return false;
  return (above === undefined || value > above) && (below === undefined || value < below);
}
