/** The choice among the apps that tell us where a phone is. */
import { t } from '@lingui/core/macro';
import { APP_NAMES, APPS } from './apps';
import type { AppName } from './apps';

export function AppChoice({ app, choose }: { app: AppName; choose(app: AppName): void }) {
  return (
    <fieldset class="apps">
      <legend>{t`Which app?`}</legend>
      {APP_NAMES.map((each) => (
        <label key={each}>
          <input
            type="radio"
            name="app"
            value={each}
            checked={each === app}
            onChange={() => {
              choose(each);
            }}
          />
          <span>
            {APPS[each].title} <small class="muted">{APPS[each].runsOn}</small>
            {each === app && <small>{APPS[each].about}</small>}
          </span>
        </label>
      ))}
    </fieldset>
  );
}
