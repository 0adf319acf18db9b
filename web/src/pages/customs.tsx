/** Language, units, clock and time zone: how words, numbers and times are written for this reader. */
import { t } from '@lingui/core/macro';
import { useId } from 'preact/hooks';
import { usePreferences } from '../app/context';
import { zoneHere, zones } from '../ui/customs';
import { LanguageChoice } from '../ui/languagechoice';
import { Card } from '../ui/section';
import { Choice } from './choice';

export function CustomsCard() {
  const preferences = usePreferences();
  const settings = preferences.settings.value;
  return (
    <Card name={t`Language, units and time`}>
      <LanguageChoice />
      <Choice
        name={t`Units`}
        value={settings.units}
        options={[
          ['metric', t`km/h, metres`],
          ['imperial', t`mph, feet`],
        ]}
        choose={(units) => {
          preferences.change({ units });
        }}
      />
      <Choice
        name={t`Clock`}
        value={settings.hours}
        options={[
          ['auto', t`As usual here`],
          ['24', t`24 hours`],
          ['12', t`12 hours`],
        ]}
        choose={(hours) => {
          preferences.change({ hours });
        }}
      />
      <ZoneChoice
        value={settings.zone}
        choose={(zone) => {
          preferences.change({ zone });
          // A day begins at another time now: all that is shown of days is made anew.
          location.reload();
        }}
      />
    </Card>
  );
}

function ZoneChoice({ value, choose }: { value: string; choose(zone: string): void }) {
  const id = useId();
  const here = zoneHere();
  return (
    <div class="language-choice">
      <label for={id}>{t`Time zone`}</label>
      <select
        id={id}
        onChange={(change) => {
          choose(change.currentTarget.value);
        }}
      >
        <option value="" selected={value === ''}>
          {t`That of this computer (${here})`}
        </option>
        {zones().map((zone) => (
          <option key={zone} value={zone} selected={zone === value}>
            {zone.replaceAll('_', ' ')}
          </option>
        ))}
      </select>
    </div>
  );
}
