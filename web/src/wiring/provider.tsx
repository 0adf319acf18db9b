/** Hands the parts of the app to the components, each by a context of its own. */
import type { ComponentChildren } from 'preact';
import {
  LayoutProvider,
  LiveProvider,
  MapProvider,
  NavigationProvider,
  PreferencesProvider,
  SelectionProvider,
  ServerProvider,
  TimeProvider,
  WhoProvider,
} from '../app/context';
import { ConsoleProvider } from '../console/context';
import { PastProvider } from '../past/context';
import { AlertsProvider } from '../things/alerts/count';
import { BrokerLogProvider } from '../things/broker/context';
import { MapsProvider } from '../things/maps/context';
import { RosterProvider } from '../things/context';
import { NewPhonesProvider } from '../things/friends/add/context';
import { DrivingProvider } from '../things/probots/drive/context';
import { RegionsProvider } from '../things/regions/context';
import { LocalitiesProvider } from '../things/localities/context';
import type { App } from './app';

export function AppProvider({ app, children }: { app: App; children: ComponentChildren }) {
  return (
    <PreferencesProvider value={app.preferences}>
      <WhoProvider value={app.who}>
        <ServerProvider value={app.server}>
          <PlaceParts app={app}>
            <Features app={app}>{children}</Features>
          </PlaceParts>
        </ServerProvider>
      </WhoProvider>
    </PreferencesProvider>
  );
}

/** Where one is, and when. */
function PlaceParts({ app, children }: { app: App; children: ComponentChildren }) {
  return (
    <LiveProvider value={app.live}>
      <TimeProvider value={app.time}>
        <NavigationProvider value={app.navigation}>
          <SelectionProvider value={app.selection}>
            <LayoutProvider value={app.layout}>
              <MapProvider value={app.mapState}>{children}</MapProvider>
            </LayoutProvider>
          </SelectionProvider>
        </NavigationProvider>
      </TimeProvider>
    </LiveProvider>
  );
}

/** What belongs to a feature. */
function Features({ app, children }: { app: App; children: ComponentChildren }) {
  return (
    <RosterProvider value={app.roster}>
      <LocalitiesProvider value={app.localities}>
        <NewPhonesProvider value={app.newPhones}>
          <PastProvider value={app.past}>
            <RegionsProvider value={app.regions}>
              <DrivingProvider value={app.driving}>
                <BrokerLogProvider value={app.brokerLog}>
                  <MapsProvider value={app.maps}>
                    <AlertsProvider value={app.alerts}>
                      <ConsoleProvider value={app.consoleClient}>{children}</ConsoleProvider>
                    </AlertsProvider>
                  </MapsProvider>
                </BrokerLogProvider>
              </DrivingProvider>
            </RegionsProvider>
          </PastProvider>
        </NewPhonesProvider>
      </LocalitiesProvider>
    </RosterProvider>
  );
}
