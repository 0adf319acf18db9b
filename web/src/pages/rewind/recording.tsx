/** Which topics are recorded, since when, and what a day of it costs. */
import { plural, t } from '@lingui/core/macro';
import { useServer } from '../../app/context';
import type { Reply } from '../../net/api';
import { Fact, Facts } from '../../ui/facts';
import { bytes, grouped } from '../../ui/numbers';
import { momentText } from '../../ui/times';
import { useAnswer } from './answer';

type RecordedTopics = Reply<'GET /topics/recorded'>;

export function RecordedPart() {
  const { api } = useServer();
  const { answer, trouble } = useAnswer('recorded', () => api.get('topics/recorded'));
  if (answer === null) {
    return (
      <p class="muted nobody" role="status">
        {trouble ?? t`Waiting for the server…`}
      </p>
    );
  }
  return (
    <div class="recorded" data-begins={answer.begins}>
      <RecordedFacts recorded={answer} />
      <p class="note">
        {t`What is recorded is set in the file sightline.toml, section [archive]: topics, days, megabytes.`}
      </p>
      <Shares recorded={answer} />
      {answer.flawed > 0 && (
        <>
          <h3>{t`Places that cannot be used`}</h3>
          <ul class="flaws">
            {answer.flaws.map((flaw, index) => (
              <li key={index}>
                <code>
                  {flaw.file}:{flaw.line}
                </code>{' '}
                {flaw.why}
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
}

function RecordedFacts({ recorded }: { recorded: RecordedTopics }) {
  return (
    <Facts>
      <Fact name={t`Recorded topics`}>
        {recorded.enabled
          ? recorded.topics.map((name) => <code key={name}>{name} </code>)
          : t`None: it is switched off`}
      </Fact>
      <Fact name={t`The past begins`}>
        {recorded.begins === undefined ? t`Nothing is recorded yet` : momentText(recorded.begins)}
      </Fact>
      <Fact name={t`Kept for`}>
        {t`${plural(recorded.days, { one: '# day', other: '# days' })}, at most ${bytes(recorded.megabytes * 1e6)}`}
      </Fact>
      <Fact name={t`On the disk`}>
        {t`${bytes(recorded.size)}, ${plural(recorded.messages, { one: '# message', other: '# messages' })}`}
      </Fact>
      <Fact name={t`Cost of a day`}>
        {recorded.a_day === undefined
          ? t`Not measured yet`
          : recorded.measured === 'days'
            ? bytes(recorded.a_day)
            : t`about ${bytes(recorded.a_day)}, by the hours so far`}
      </Fact>
      {recorded.missing.length > 0 && (
        <Fact name={t`Days without a file`} tone="warn">
          {recorded.missing.join(', ')}
        </Fact>
      )}
    </Facts>
  );
}

function Shares({ recorded }: { recorded: RecordedTopics }) {
  const whole = recorded.shares.reduce((sum, share) => sum + share.size, 0) || 1;
  return (
    <ul class="shares" aria-label={t`What costs most`}>
      {recorded.shares.map((share) => (
        <li key={share.level}>
          <code class="ellipsis">{share.level}</code>
          <span class="bar" aria-hidden="true">
            <i style={{ width: `${((share.size / whole) * 100).toFixed(1)}%` }} />
          </span>
          <span class="number">
            {recorded.a_day === undefined
              ? grouped(share.messages)
              : t`${bytes((recorded.a_day * share.size) / whole)} a day`}
          </span>
        </li>
      ))}
    </ul>
  );
}
