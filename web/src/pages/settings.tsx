/** What this browser remembers of its user's preferences. */
import { t } from '@lingui/core/macro';
import { AccountCard } from '../accounts/menu';
import { useServer, useLayout, usePreferences } from '../app/context';
import { Card, SectionPage } from '../ui/section';
import { AppCard } from './appcard';
import { Choice } from './choice';
import { CustomsCard } from './customs';
import { useMaps } from '../things/maps/context';
import { isElsewhere } from '../things/maps/offer';
import { Status } from '../things/server/status';

export function SettingsPage() {
  const { connection, socket } = useServer();
  const { help } = useLayout();
  const preferences = usePreferences();
  // Known from the moment the connection is live.
  const server = connection.value.state === 'connecting' ? undefined : socket.hello?.server;
  const settings = preferences.settings.value;
  return (
    <SectionPage
      status={<Status />}
      name={t`Settings`}
      class="settings"
      about={t`Remembered in this browser only`}
    >
      <AccountCard />
      <Card name={t`Look`}>
        <Choice
          name={t`Theme`}
          value={settings.theme}
          options={[
            ['auto', t`As the system`],
            ['dark', t`Dark`],
            ['light', t`Light`],
          ]}
          choose={(theme) => {
            preferences.change({ theme });
          }}
        />
        <Choice
          name={t`Motion`}
          value={settings.motion}
          options={[
            ['auto', t`As the system`],
            ['reduced', t`Reduced`],
          ]}
          choose={(motion) => {
            preferences.change({ motion });
          }}
        />
      </Card>
      <CustomsCard />
      <AppCard />
      <Card name={t`About`}>
        <p class="said">
          {t`Sightline shows where friends and robots are, live, from an MQTT broker.`}
          {server !== undefined && ' '}
          {server !== undefined && t`Server ${server}.`}
        </p>
        <WhereMapsAreFrom />
        <button
          type="button"
          class="button"
          onClick={() => {
            help.value = true;
          }}
        >{t`Keys`}</button>
      </Card>
    </SectionPage>
  );
}

/** Whether looking at the map tells anybody else where one looks. */
function WhereMapsAreFrom() {
  const hosts = useMaps()
    .maps.value.filter((map) => isElsewhere(map))
    .map(({ url }) => new URL(url).host);
  if (hosts.length === 0) {
    return (
      <p class="note">{t`The map comes from this server alone, with data of Natural Earth, GeoNames, and whom its corner names; this page asks no other server for anything.`}</p>
    );
  }
  const named = [...new Set(hosts)].join(', ');
  return (
    <p class="note">
      {t`Maps also come from ${named}: whoever runs that learns which area you look at. An admin of this server chose it.`}
    </p>
  );
}
