/** How fast this page drives at most. */
import { t } from '@lingui/core/macro';
import { useState } from 'preact/hooks';
import { Card } from '../../../ui/section';
import { useDriving } from './context';
import { MOST } from './intent';
import { fixed } from '../../../ui/numbers';

export function LimitsCard() {
  const { driver } = useDriving();
  const [limits, setLimits] = useState(driver.limits);
  const change = (part: Partial<typeof limits>) => {
    const next = { ...limits, ...part };
    setLimits(next);
    driver.limits = next;
  };
  return (
    <Card name={t`Limits`} class="limits" aside={<span class="muted">{t`of this page`}</span>}>
      <Limit
        name={t`Top speed`}
        value={limits.speed}
        onChange={(speed) => {
          change({ speed });
        }}
      />
      <Limit
        name={t`Turn rate`}
        value={limits.turn}
        onChange={(turn) => {
          change({ turn });
        }}
      />
    </Card>
  );
}

function Limit({
  name,
  value,
  onChange,
}: {
  name: string;
  value: number;
  onChange: (value: number) => void;
}) {
  return (
    <label class="limit">
      <span>
        {name} <span class="now">{fixed(value, 2)}</span>
      </span>
      <input
        type="range"
        aria-label={name}
        min={0.05}
        max={MOST}
        step={0.05}
        value={value}
        style={{ '--at': `${String(((value - 0.05) / (MOST - 0.05)) * 100)}%` }}
        onInput={(event) => {
          onChange(event.currentTarget.valueAsNumber);
        }}
      />
    </label>
  );
}
