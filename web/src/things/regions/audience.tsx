/** Who sees a region. */
import { t } from '@lingui/core/macro';
import { useWho } from '../../app/context';
import { mayKeepRegions, mayShareRegions } from '../../app/visitor';
import { useRegions } from './context';

/** Everybody's, or one's own; who may only one of them is told which. */
export function Seen({ shared }: { shared: boolean }) {
  const { visitor } = useWho();
  const { regions } = useRegions();
  const shares = mayShareRegions(visitor);
  const keeps = mayKeepRegions(visitor);
  if (!shares || !keeps) {
    return (
      <p class="note">
        {shared ? t`Everybody who may see regions sees it.` : t`Only you and admins see it.`}
      </p>
    );
  }
  return (
    <fieldset class="choice">
      <legend>{t`Who sees it`}</legend>
      <div>
        {([true, false] as const).map((each) => (
          <label key={String(each)}>
            <input
              type="radio"
              name="shared"
              checked={shared === each}
              onChange={() => {
                regions.fill({ shared: each });
              }}
            />
            <span>{each ? t`Everybody` : t`Only me`}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
