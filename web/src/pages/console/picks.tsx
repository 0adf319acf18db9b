/** Choosing a broker and a QoS. */
import { t } from '@lingui/core/macro';
import type { Qos } from '../../console/client';
import type { Broker } from '../../things/broker/read';

export function BrokerPick({
  brokers,
  value,
  pick,
}: {
  brokers: readonly Broker[];
  value: string;
  pick(id: string): void;
}) {
  if (brokers.length < 2) return null;
  return (
    <label class="pick">
      <span class="muted">{t`Broker`}</span>
      <select
        value={value}
        onChange={(change) => {
          pick(change.currentTarget.value);
        }}
      >
        {brokers.map((each) => (
          <option key={each.id} value={each.id}>
            {each.id}
          </option>
        ))}
      </select>
    </label>
  );
}

/** 0 or 1: what the server takes. */
export function QosPick({ name, qos, pick }: { name: string; qos: Qos; pick(qos: Qos): void }) {
  return (
    <div class="segments" role="group" aria-label="QoS" id={name}>
      {([0, 1] as const).map((each) => (
        <button
          key={each}
          type="button"
          aria-pressed={qos === each}
          title={each === 0 ? t`At most once` : t`At least once`}
          onClick={() => {
            pick(each);
          }}
        >
          {`QoS ${String(each)}`}
        </button>
      ))}
    </div>
  );
}
