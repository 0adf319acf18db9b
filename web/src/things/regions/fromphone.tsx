/** A region that came from a phone. */
import { t } from '@lingui/core/macro';
import { MapPinned } from 'lucide';
import { useSelection, useWho } from '../../app/context';
import { mayShareRegions } from '../../app/visitor';
import { ActButton } from '../../ui/actbutton';
import { Icon } from '../../ui/icon';
import { useRegions } from './context';
import type { Region } from './read';

/** A phone's own waypoint can be made everybody's. */
export function FromPhone({ region }: { region: Region }) {
  const { visitor } = useWho();
  const { show } = useSelection();
  const { regions } = useRegions();
  return (
    <section class="part">
      <div class="notice" data-tone="info">
        <Icon of={MapPinned} size={18} />
        <div>
          <b>
            {region.phone === undefined
              ? t`A waypoint of a phone`
              : t`A waypoint of ${region.phone}`}
          </b>
          {t`It is watched like every region, changes when the phone changes it, and comes back when the phone tells of it again.`}
          {mayShareRegions(visitor) && (
            <ActButton
              primary
              words={t`Make it a shared region`}
              act={async () => {
                const key = await regions.adopt(region);
                show(key);
              }}
            />
          )}
        </div>
      </div>
    </section>
  );
}
