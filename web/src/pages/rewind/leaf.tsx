/** What one topic held at a moment, what it holds now, and its numbers over time. */
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { Download } from 'lucide';
import { useServer } from '../../app/context';
import { tidyJson } from '../../console/payload';
import { queryText } from '../../net/api';
import type { Reply } from '../../net/api';
import { CopyButton } from '../../ui/copy';
import { Fact, Facts } from '../../ui/facts';
import { Icon } from '../../ui/icon';
import { momentText } from '../../ui/times';
import { Card } from '../../ui/section';
import { payloadText, useAnswer } from './answer';
import { PastCurve } from './curve';

type Value = Reply<'GET /topics/value'>;
type Message = NonNullable<Value['value']>;

const DAY = 86_400;

export function PastLeaf({
  topic,
  broker,
  at,
}: {
  topic: string;
  broker: string | undefined;
  at: number;
}) {
  const { api } = useServer();
  const { answer, trouble } = useAnswer(
    JSON.stringify([topic, broker, at]),
    () => api.get('topics/value', { topic, broker, at }),
    topic,
  );
  return (
    <div class="leaf">
      <Card
        name={t`Topic`}
        class="topic-open past-leaf"
        aside={<CopyButton text={topic} label={t`Copy the topic`} />}
      >
        <p class="topic-full">
          <code>{topic}</code>
        </p>
        {trouble !== null && (
          <p class="wrong" role="status">
            {trouble}
          </p>
        )}
        {answer && <Known value={answer} />}
        {answer && answer.fields.length > 0 && (
          <PastCurve topic={topic} broker={broker} fields={answer.fields} until={at} />
        )}
        <div class="acts">
          <a
            class="button"
            download
            href={`api/1/topics/download${queryText({ broker, filter: topic, from: at - DAY, to: at })}`}
          >
            <Icon of={Download} size={15} />
            {t`Download the day before`}
          </a>
        </div>
      </Card>
    </div>
  );
}

function Known({ value }: { value: Value }) {
  const then = value.value;
  return (
    <div data-at={value.at} data-differs={value.differs}>
      {then === undefined ? (
        <p class="muted">
          {value.begins === undefined
            ? t`Nothing of this topic is recorded.`
            : t`Not heard yet by then: its record begins ${momentText(value.begins)}.`}
        </p>
      ) : (
        <>
          <MessageFacts message={then} value={value} />
          <h3>{t`Value then`}</h3>
          <Payload message={then} label={t`Value then`} />
        </>
      )}
      {value.differs && value.now && (
        <>
          <h3>
            <Trans>
              Value now <span class="muted">{momentText(value.now.at)}</span>
            </Trans>
          </h3>
          <Payload message={value.now} label={t`Value now`} />
        </>
      )}
      {value.retained && value.retained.payload !== then?.payload && (
        <>
          <h3>{t`Retained then`}</h3>
          <Payload message={value.retained} label={t`Retained then`} />
        </>
      )}
    </div>
  );
}

function MessageFacts({ message, value }: { message: Message; value: Value }) {
  return (
    <Facts>
      <Fact name={t`Sent`}>{momentText(message.at)}</Fact>
      <Fact name={t`Sent as`}>
        {message.retain
          ? t`QoS ${message.qos}, from the retained ones`
          : `QoS ${String(message.qos)}`}
      </Fact>
      {!value.differs && <Fact name={t`Now`}>{t`The same value`}</Fact>}
      {value.clients.length > 0 && (
        <Fact name={t`Published by`}>
          {value.clients.map((client) => (
            <code key={client}>{client} </code>
          ))}
        </Fact>
      )}
      {value.begins !== undefined && (
        <Fact name={t`Recorded since`}>{momentText(value.begins)}</Fact>
      )}
    </Facts>
  );
}

function Payload({ message, label }: { message: Message; label: string }) {
  const text = payloadText(message);
  if (text === '') return <p class="muted">{t`No payload.`}</p>;
  return (
    <pre tabIndex={0} aria-label={label}>
      {tidyJson(text) ?? text}
    </pre>
  );
}
