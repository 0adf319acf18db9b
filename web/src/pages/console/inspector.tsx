/** One frame, looked at closely. */
import { t } from '@lingui/core/macro';
import { useMemo } from 'preact/hooks';
import type { LoggedFrame } from '../../app/framelog';
import { clockText } from '../../ui/clocktext';
import { CopyButton } from '../../ui/copy';
import { bytes } from '../../ui/numbers';

/** A frame longer than this many characters is not made pretty: it would hold up the page. */
const PRETTY_MOST = 200_000;

export function Inspected({ frame, following }: { frame: LoggedFrame | null; following: boolean }) {
  const pretty = useMemo(() => (frame ? prettyJson(frame.text) : ''), [frame]);
  if (!frame) return null;
  return (
    <div class="inspected">
      <header>
        <b>
          {frame.direction === 'in'
            ? t`Received ${clockText(frame.at)}`
            : t`Sent ${clockText(frame.at)}`}
        </b>
        <span class="muted">
          {following ? t`${bytes(frame.size)}, the newest` : bytes(frame.size)}
        </span>
        <CopyButton text={frame.text} label={t`Copy this frame`} />
      </header>
      <pre tabIndex={0} aria-label={t`Content of the frame`}>
        {pretty}
      </pre>
    </div>
  );
}

/** JSON with line breaks; anything else, or too much of it, as it is. */
export function prettyJson(text: string): string {
  if (text.length > PRETTY_MOST) return `${text.slice(0, PRETTY_MOST)}\n${t`… cut here`}`;
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
