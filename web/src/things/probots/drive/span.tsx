/** How much of the past a chart shows. */
import { t } from '@lingui/core/macro';
import { spanText } from '../../../app/ages';

/** How much of the past a chart shows. */
export function SpanPick({
  of,
  value,
  set,
}: {
  of: readonly number[];
  value: number;
  set(seconds: number): void;
}) {
  return (
    <div class="segments" role="group" aria-label={t`Time`}>
      {[...of]
        .sort((a, b) => a - b)
        .map((seconds) => (
          <button
            key={seconds}
            type="button"
            aria-pressed={seconds === value}
            onClick={() => {
              set(seconds);
            }}
          >
            {spanText(seconds)}
          </button>
        ))}
    </div>
  );
}
