/** The frames, newest first. */
import { t } from '@lingui/core/macro';
import type { LoggedFrame } from '../../app/framelog';
import { clockText } from '../../ui/clocktext';
import { bytes } from '../../ui/numbers';

/** At most so many rows are drawn. */
export const ROWS = 200;

export function FrameList({
  frames,
  chosen,
  choose,
}: {
  frames: readonly LoggedFrame[];
  chosen: LoggedFrame | null;
  choose(frame: LoggedFrame | null): void;
}) {
  if (frames.length === 0) return <p class="muted nobody">{t`No such frame yet.`}</p>;
  return (
    <ol class="frame-list" aria-label={t`Frames, newest first`}>
      {frames.map((frame) => (
        <li key={frame.n}>
          <button
            type="button"
            data-direction={frame.direction}
            data-label={frame.label}
            aria-pressed={chosen?.n === frame.n}
            onClick={() => {
              choose(chosen?.n === frame.n ? null : frame);
            }}
          >
            <time>{clockText(frame.at)}</time>
            <b>
              {frame.direction === 'in' ? '←' : '→'} {frame.label}
            </b>
            <code>{frame.text.slice(0, 160)}</code>
            <span>{bytes(frame.size)}</span>
          </button>
        </li>
      ))}
    </ol>
  );
}
