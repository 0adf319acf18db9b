/** Says in every section, as long as it is so, that what is shown is not now. */
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { History } from 'lucide';
import { ageText } from '../app/ages';
import { momentText } from '../past/wording';
import { useTime } from '../app/context';
import { usePast } from '../past/context';
import { Icon } from '../ui/icon';

export function PastBanner() {
  const { clock } = useTime();
  const past = usePast();
  const at = past.at.value;
  if (at === null) return null;
  const trouble = past.trouble.value;
  const age = ageText(clock.live() - at);
  return (
    <div class="banner past-banner" role="status" data-banner="past">
      <Icon of={History} size={22} />
      <div>
        <b>{momentText(at)}</b>
        <span class={trouble === null ? 'past-ago' : ''}>
          {trouble ?? t`${age} ago. Nothing can be driven from here.`}
        </span>
      </div>
      <button
        type="button"
        class="button primary"
        onClick={() => {
          past.live();
        }}
      >
        <Trans>
          Back to live <kbd>L</kbd>
        </Trans>
      </button>
    </div>
  );
}
