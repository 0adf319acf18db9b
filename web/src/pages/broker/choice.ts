/** Which of several brokers is looked at; the same one in every part, as long as the page lives. */
import { signal } from '@preact/signals';
import { readBroker } from '../../things/broker/read';
import type { Broker } from '../../things/broker/read';
import { useKind } from '../../app/context';

const chosen = signal<string | null>(null);

export function useBrokers(): {
  readonly brokers: readonly Broker[];
  readonly broker: Broker | undefined;
  choose(id: string): void;
} {
  const brokers = useKind('broker').map(readBroker);
  return {
    brokers,
    broker: brokers.find((each) => each.id === chosen.value) ?? brokers[0],
    choose(id) {
      chosen.value = id;
    },
  };
}
