/**
 * The sections besides the map. Their code is fetched when somebody goes there, or some time after
 * the map has been drawn, so that all of them are there should the server be lost.
 */
import { useSignalEffect } from '@preact/signals';
import { useMapState, useNavigation, useWho } from '../app/context';
import type { Section } from '../app/address';
import { onceStill } from '../map/still';
import { later } from '../ui/later';
import type { Later } from '../ui/later';

/** Milliseconds after the map stands still for the first time. */
const AFTER = 6000;
/** And if it never does: milliseconds after its code is there. */
const AT_MOST = 30_000;

const SECTIONS: Readonly<Partial<Record<Section, Later>>> = {
  alerts: later(async () => (await import('../things/alerts/list')).AlertsPage),
  rules: later(async () => (await import('../things/rules/page')).RulesPage),
  robots: later(async () => (await import('./robots')).RobotsPage),
  broker: later(async () => (await import('./broker/page')).BrokerPage),
  console: later(async () => (await import('./console/page')).ConsolePage),
  admin: later(async () => (await import('../accounts/admin')).AdminPage),
  account: later(async () => (await import('../accounts/account')).AccountPage),
  settings: later(async () => (await import('./settings')).SettingsPage),
};

export function OtherSection() {
  const { section } = useNavigation();
  useFetchedWhenStill();
  const here = section.value;
  const found = SECTIONS[here];
  return found ? <found.Part key={here} /> : null;
}

function useFetchedWhenStill(): void {
  const { map } = useMapState();
  const { sections } = useWho();
  useSignalEffect(() => {
    const drawn = map.value;
    if (drawn === null) return undefined;
    const fetch = () => {
      for (const section of sections) SECTIONS[section]?.fetch();
    };
    return onceStill(drawn, { after: AFTER, atMost: AT_MOST }, fetch);
  });
}
