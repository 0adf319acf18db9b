/** One message, looked at closely. */
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useMemo, useState } from 'preact/hooks';
import type { Message } from '../../console/client';
import { asText, hexDump, tidyJson } from '../../console/payload';
import { clockText } from '../../ui/clocktext';
import { CopyButton } from '../../ui/copy';
import { bytes } from '../../ui/numbers';

type Shape = 'text' | 'json' | 'hex';

export function MessageView({ message, following }: { message: Message; following: boolean }) {
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
        <CopyButton text={message.topic} label={t`Copy the topic`} />
      </header>
      <p class="note">
        {[
          clockText(message.at * 1000),
          bytes(message.size),
          `QoS ${String(message.qos)}`,
          message.retain && t`retained`,
          following && t`the newest`,
        ]
          .filter(Boolean)
          .join(' · ')}
      </p>
      <div class="shape">
        <div class="segments" role="group" aria-label={t`Show the payload as`}>
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
              {{ json: 'JSON', text: t`Text`, hex: t`Hex` }[each]}
            </button>
          ))}
        </div>
        <CopyButton text={shown ?? ''} label={t`Copy the payload`} />
      </div>
      {message.size === 0 ? (
        <p class="muted">{t`No payload.`}</p>
      ) : (
        <pre tabIndex={0} aria-label={t`Payload`} data-shape={shape}>
          {shown}
        </pre>
      )}
      {cut && (
        <p class="note caution">
          <Trans>
            The first {bytes(message.bytes.length)} of {bytes(message.size)}.
          </Trans>
        </p>
      )}
    </div>
  );
}
