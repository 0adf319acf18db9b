/** Choosing how far back it must go before it is over, and may be told again. */
import { t } from '@lingui/core/macro';
import { useId } from 'preact/hooks';
import type { ChoiceProps } from './choice';
import { withCondition } from './draft';
import { marginOf } from './margins';
import { limitText } from './phrases';
import { ThresholdChoice } from './slider';

export function MarginChoice({ draft, change }: ChoiceProps) {
  const { condition } = draft;
  const margin = marginOf(condition);
  const name = useId();
  if (!margin) return null;
  const own = condition.margin !== undefined;
  const usual = limitText(Math.round(margin.usual), margin.is);
  return (
    <div class="rule-stack" role="radiogroup" aria-label={t`When it is over`}>
      <p class="note">{t`So that a value that trembles around its limit is not told again and again.`}</p>
      <label class="rule-check">
        <input
          type="radio"
          name={name}
          data-first={!own || undefined}
          checked={!own}
          onChange={() => {
            change(withCondition(draft, { margin: undefined }));
          }}
        />
        <span>
          {t`As is usual`}
          <small>{margin.usual > 0 ? usual : t`As soon as it is back at its limit.`}</small>
        </span>
      </label>
      <label class="rule-check">
        <input
          type="radio"
          name={name}
          data-first={own || undefined}
          checked={own}
          onChange={() => {
            change(withCondition(draft, { margin: Math.round(margin.usual) }));
          }}
        />
        <span>{t`By a distance of your own`}</span>
      </label>
      {own && (
        <ThresholdChoice
          of={{ field: 'margin', stops: margin.stops, is: margin.is }}
          label={t`How far back`}
          value={condition.margin ?? 0}
          set={(value) => {
            change(withCondition(draft, { margin: value }));
          }}
        />
      )}
    </div>
  );
}
