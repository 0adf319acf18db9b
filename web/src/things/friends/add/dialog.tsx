/** Adding a phone: the dialogue is there while there is a step of it to be done. */
import { useEffect } from 'preact/hooks';
import { useWho } from '../../../app/context';
import { ownsAccount } from '../../../app/visitor';
import { useNewPhones } from './context';
import type { Stage } from './newphones';
import { laterDialog } from '../../../ui/laterdialog';

const PhoneSteps = laterDialog<{ stage: Stage; close(): void }>(
  async () => (await import('./phonesteps')).PhoneSteps,
);

export function AddPhone() {
  const { visitor } = useWho();
  const phones = useNewPhones();
  const mine = ownsAccount(visitor);
  useEffect(() => {
    if (mine) void phones.load();
  }, [phones, mine]);
  const stage = phones.stage.value;
  if (stage.is === 'closed' || !mine) return null;
  return (
    <PhoneSteps
      stage={stage}
      close={() => {
        phones.close();
      }}
    />
  );
}
