/** What Sightline could not read: how often by reason, and the newest of it to be looked at. */
import { plural, t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { ageText, timeText } from '../../app/ages';
import { bytes, grouped } from '../../ui/numbers';
import { mostFirst, readExceeded, readQuarantined } from '../../things/server/read';
import type { QuarantinedMessage, Refusal, ServerState } from '../../things/server/read';
import { CopyButton } from '../../ui/copy';
import { useKind, useTime, useLive } from '../../app/context';
import { Card } from '../../ui/section';

export function RejectedCard({ server }: { server: ServerState | undefined }) {
  const rejected = mostFirst(server?.rejected ?? {});
  const most = rejected[0]?.[1] ?? 1;
  const { now } = useTime();
  const exceeded = useKind('quota').map(readExceeded);
  const total = rejected.reduce((all, [, count]) => all + count, 0);
  return (
    <Card name={t`Rejected`} aside={<span class="muted number">{grouped(total)}</span>}>
      {exceeded.length > 0 && (
        <ul role="alert" class="exceeded">
          {exceeded.map((one) => (
            <li key={one.sender} data-sender={one.sender}>
              {exceededText(one, now.value)}
            </li>
          ))}
        </ul>
      )}
      {rejected.length === 0 ? (
        <p class="muted">{t`Every message so far was understood.`}</p>
      ) : (
        <ul class="bars">
          {rejected.map(([reason, count]) => (
            <li key={reason}>
              <code>{reason}</code>
              <span>{grouped(count)}</span>
              <i style={{ width: `${String(Math.max(1, (count / most) * 100))}%` }} />
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

/** Who sends too much, how often it was refused, and when last. */
function exceededText(one: Refusal, now: number): string {
  const { why, count } = one;
  if (one.at === undefined) return t`${why}: ${plural(count, { other: '# refused' })}.`;
  const age = ageText(now - one.at);
  return t`${why}: ${plural(count, { other: '# refused' })}, the last ${age} ago.`;
}

export function QuarantineCard() {
  const { world } = useLive();
  const { now } = useTime();
  const items = useKind('quarantine')
    .map(readQuarantined)
    .sort((a, b) => b.n - a.n);
  const missed = world.missed.get('quarantine') ?? 0;
  return (
    <Card
      name={t`Quarantine`}
      class="quarantine"
      aside={
        items.length > 0 && (
          <span class="muted">
            {plural(items.length, {
              one: 'the last message that could not be read',
              other: 'the last # messages that could not be read',
            })}
          </span>
        )
      }
    >
      {items.length === 0 ? (
        <p class="muted">{t`Empty. What cannot be read is kept here to be looked at.`}</p>
      ) : (
        <ol tabIndex={0} aria-label={t`Messages in quarantine`}>
          {items.map((item) => (
            <Held key={item.n} item={item} now={now.value} />
          ))}
        </ol>
      )}
      {missed > 0 && (
        <p class="note">
          {plural(missed, {
            one: '# more passed while this page was away.',
            other: '# more passed while this page was away.',
          })}
        </p>
      )}
    </Card>
  );
}

function Held({ item, now }: { item: QuarantinedMessage; now: number }) {
  return (
    <li>
      <div>
        <span class="tag warn">{item.counter}</span>
        <code class="ellipsis" title={item.topic}>
          {item.topic}
        </code>
        <span class="muted number">
          {item.at === undefined ? (
            ''
          ) : (
            <time title={timeText(item.at, now)}>{ageText(now - item.at)}</time>
          )}
        </span>
        <CopyButton text={item.head} label={t`Copy the head of the payload`} />
      </div>
      <p>{item.why}</p>
      <pre>{item.head}</pre>
      {item.size !== undefined && item.size > item.head.length && (
        <p class="note">
          <Trans>
            The first {item.head.length} of {bytes(item.size)}.
          </Trans>
        </p>
      )}
    </li>
  );
}
