/** The whole page: the map below, panels over it, and the other sections in its place. */
import { t } from '@lingui/core/macro';
import { useEffect } from 'preact/hooks';
import { PassingNote, SharedBanner } from '../accounts/banners';
import { ShareDialog } from '../accounts/share';
import { AddPhone } from '../things/friends/add/dialog';
import { BrowserNotices } from '../things/regions/notify';
import { useAlerts } from '../things/alerts/count';
import { AlertNotices } from '../things/alerts/later';
import { Toasts } from '../things/regions/toasts';
import { Announcer } from './announcer';
import type { Section } from '../app/address';
import { showBadge } from '../app/badge';
import { useNavigation, useSelection, useLayout, useTime } from '../app/context';
import { useRegions } from '../things/regions/context';
import { DegradedBanner } from './degradation';
import { Drawer } from './drawer';
import { Help } from './help';
import { MapView } from './map/mapview';
import { PastBanner } from './pastbanner';
import { Navigation } from './navigation';
import { OnDevice } from './ondevice';
import { Roster } from './roster/roster';
import { OtherSection } from './sections';
import { useRoster } from '../things/context';
import { asOfText } from '../things/freshnesstext';
import { LinkAnnouncer } from '../things/server/linkannouncer';
import { Banner, Status } from '../things/server/status';
import { TimeBar } from './timebar';
import { Tour } from './tour';

const titles = () => ({
  map: 'Sightline',
  alerts: t`Alerts · Sightline`,
  rules: t`Rules · Sightline`,
  robots: t`Robots · Sightline`,
  broker: t`Broker · Sightline`,
  console: t`Console · Sightline`,
  admin: t`Admin · Sightline`,
  account: t`Account · Sightline`,
  settings: t`Settings · Sightline`,
});

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
        {onMap ? t`Skip to the roster` : t`Skip to the content`}
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
      <OtherSection />
      <SharedBanner />
      <PassingNote />
      <ShareDialog />
      <AddPhone />
      <PastBanner />
      <Banner />
      <DegradedBanner />
      <div class="notices">
        <AlertNotices />
        <Toasts />
      </div>
      <BrowserNotices />
      <Announcer />
      <LinkAnnouncer />
      <Tour />
      <OnDevice />
      <Help />
    </div>
  );
}

/** The title of the window: while nothing comes in it says since when, as a tab in the background. */
function useTitle(here: Section): string {
  const { clock } = useTime();
  const { whole } = useRoster();
  const { paused, asOf } = whole.value;
  const open = useAlerts().open.value;
  useEffect(() => {
    showBadge(open);
  }, [open]);
  const title = open > 0 ? `(${String(open)}) ${titles()[here]}` : titles()[here];
  return paused === null ? title : `${asOfText(asOf, clock.live())} · ${title}`;
}

/** The fragment of the address is ours, so the link must not change it. */
function skip(click: MouseEvent): void {
  click.preventDefault();
  const target =
    document.querySelector<HTMLElement>('.rows [tabindex="0"]') ??
    document.querySelector<HTMLElement>('#search, main.section');
  target?.focus();
}
