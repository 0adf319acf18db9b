/** The dialogue that adds a phone, step by step, and then waits for it. */
import { t } from '@lingui/core/macro';
import { useThing } from '../../../app/context';
import { Sure } from '../../../ui/actbutton';
import { Dialog } from '../../../ui/dialog';
import { useNewPhones } from './context';
import type { Stage } from './newphones';
import { ReadyStep } from './ready';
import { AddressStep, AppStep, ExistsStep, WhoStep } from './steps';
import { Waiting } from './waiting';

export function PhoneSteps({ stage, close }: { stage: Stage; close(): void }) {
  return (
    <Dialog title={titleOf(stage)} close={close}>
      <div class="add-phone" data-stage={stage.is}>
        <Step stage={stage} />
      </div>
    </Dialog>
  );
}

const whichApp = (name: string) => t`Which app is on ${name}’s phone?`;
const hasOne = (name: string) => t`${name} has a phone here`;
const setUp = (name: string) => t`Set up ${name}’s phone`;
const phoneOf = (name: string) => t`${name}’s phone`;

function titleOf(stage: Stage): string {
  switch (stage.is) {
    case 'app':
      return whichApp(stage.whose.name);
    case 'exists':
      return hasOne(stage.whose.name);
    case 'ready':
      return setUp(stage.name);
    case 'waiting':
      return phoneOf(stage.name);
    default:
      return t`Add a phone`;
  }
}

function Step({ stage }: { stage: Stage }) {
  switch (stage.is) {
    case 'address':
      return <AddressStep />;
    case 'who':
      return <WhoStep />;
    case 'app':
      return <AppStep stage={stage} />;
    case 'exists':
      return <ExistsStep stage={stage} />;
    case 'ready':
      return <ReadyStep stage={stage} />;
    case 'waiting':
      return <WaitingStep stage={stage} />;
    default:
      return null;
  }
}

/** A phone of before: its link is not shown again, but can be made anew. */
function WaitingStep({ stage }: { stage: Extract<Stage, { is: 'waiting' }> }) {
  const phones = useNewPhones();
  const { thing, name } = stage;
  const come = useThing(thing) !== undefined;
  return (
    <>
      <Waiting of={thing} url={phones.address} />
      <div class="form-end" hidden={come}>
        <button
          type="button"
          class="button primary"
          onClick={() => {
            phones.stage.value = { is: 'app', whose: { name, owner: '' }, thing };
          }}
        >{t`Set it up again`}</button>
        <Sure words={t`Remove it`} sure={t`Yes, remove it`} act={() => phones.remove(thing)} />
      </div>
    </>
  );
}
