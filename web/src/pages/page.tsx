/** The whole page: the map below, panels over it, and the other sections in its place. */
import { useEffect } from 'preact/hooks';
import { AccountPage } from '../accounts/account';
import { AdminPage } from '../accounts/admin';
import { PassingNote, SharedBanner } from '../accounts/banners';
import { ShareDialog } from '../accounts/share';
import { AddPhone } from '../things/friends/add/dialog';
import { BrowserNotices } from '../things/regions/notify';
import { Toasts } from '../things/regions/toasts';
import { Announcer } from './announcer';
import { BrokerPage } from './broker/page';
import { ConsolePage } from './console/page';
import type { Section } from '../app/address';
import { useNavigation, useSelection, useLayout, useTime } from '../app/context';
import { useRegions } from '../things/regions/context';
import { DegradedBanner } from './degraded';
import { Drawer } from './drawer';
import { Help } from './help';
import { MapView } from './map/mapview';
import { PastBanner } from './pastbanner';
import { Navigation } from './navigation';
import { RobotsPage } from './robots';
import { Roster } from './roster/roster';
import { SettingsPage } from './settings';
import { useRoster } from '../things/context';
import { asOfText } from '../things/freshnesstext';
import { LinkAnnouncer } from '../things/server/linkannouncer';
import { Banner, Status } from '../things/server/status';
import { TimeBar } from './timebar';

const TITLES = {
  map: 'Sightline',
  robots: 'Robots · Sightline',
  broker: 'Broker · Sightline',
  console: 'Console · Sightline',
  admin: 'Admin · Sightline',
  account: 'Account · Sightline',
  settings: 'Settings · Sightline',
};

export function Page() {
  const { section, robot } = useNavigation();
  const { selected } = useSelection();
  const { stop } = useLayout();
  const { regions } = useRegions();
  const here = section.value;
  const title = useTitle(here);
  useEffect(() => {
    document.title = title;
  }, [title]);
  const onMap = here === 'map';
  return (
    <div
      class="page"
      data-section={here}
      data-selected={selected.value !== null || regions.editing.value !== null}
      data-stop={stop.value}
      data-driving={here === 'robots' && robot.value !== null}
    >
      <a class="skip" href={onMap ? '#roster' : '#content'} onClick={skip}>
        {onMap ? 'Skip to the roster' : 'Skip to the content'}
      </a>
      <Navigation />
      {onMap && (
        <main class="over">
          <div class="floating-status">
            <Status />
          </div>
          <Roster />
          <Drawer />
          <TimeBar />
        </main>
      )}
      <MapView />
      {here === 'robots' && <RobotsPage />}
      {here === 'broker' && <BrokerPage />}
      {here === 'console' && <ConsolePage />}
      {here === 'admin' && <AdminPage />}
      {here === 'account' && <AccountPage />}
      {here === 'settings' && <SettingsPage />}
      <SharedBanner />
      <PassingNote />
      <ShareDialog />
      <AddPhone />
      <PastBanner />
      <Banner />
      <DegradedBanner />
      <Toasts />
      <BrowserNotices />
      <Announcer />
      <LinkAnnouncer />
      <Help />
    </div>
  );
}

/** The title of the window: while nothing comes in it says since when, as a tab in the background. */
function useTitle(here: Section): string {
  const { clock } = useTime();
  const { whole } = useRoster();
  const { paused, asOf } = whole.value;
  return paused === null ? TITLES[here] : `${asOfText(asOf, clock.live())} · ${TITLES[here]}`;
}

/** The fragment of the address is ours, so the link must not change it. */
function skip(click: MouseEvent): void {
  click.preventDefault();
  const target =
    document.querySelector<HTMLElement>('.rows [tabindex="0"]') ??
    document.querySelector<HTMLElement>('#search, main.section');
  target?.focus();
}
