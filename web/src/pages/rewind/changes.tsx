/** The topics that hold something else now than at a moment. */
import { plural, t } from '@lingui/core/macro';
import { useServer } from '../../app/context';
import { payloadText, useAnswer } from './answer';

export function Changes({
  broker,
  below,
  at,
  open,
}: {
  broker: string | undefined;
  below: string;
  at: number;
  open(topic: string): void;
}) {
  const { api } = useServer();
  const { answer, trouble } = useAnswer(JSON.stringify([broker, below, at]), () =>
    api.get('topics/difference', { broker, below, at }),
  );
  if (answer === null)
    return (
      <p class="muted nobody" role="status">
        {trouble ?? t`Comparing…`}
      </p>
    );
  const { topics, after } = answer;
  if (topics.length === 0) {
    return <p class="muted nobody" role="status">{t`Nothing has changed since.`}</p>;
  }
  return (
    <>
      <ul class="changes" aria-label={t`Changed since`}>
        {topics.map((each) => (
          <li key={each.topic}>
            <button
              type="button"
              data-topic={each.topic}
              onClick={() => {
                open(each.topic);
              }}
            >
              <code class="ellipsis">{each.topic}</code>
              <span class="was ellipsis">
                {each.then ? <code>{payloadText(each.then)}</code> : t`not known then`}
              </span>
              <span class="ellipsis">
                <code>{payloadText(each.now)}</code>
              </span>
              <small>{plural(each.messages, { one: '# message', other: '# messages' })}</small>
            </button>
          </li>
        ))}
      </ul>
      {after !== undefined && (
        <p class="note">{t`The first ones; go further down for the others.`}</p>
      )}
    </>
  );
}
