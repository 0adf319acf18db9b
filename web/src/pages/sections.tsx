/**
 * The sections besides the map. Their code is fetched when somebody goes there, or some time after
 * the map has been drawn, so that all of them are there should the server be lost.
 */
import { useSignalEffect } from '@preact/signals';
import { useMapState, useNavigation, useWho } from '../app/context';
import type { Section } from '../app/address';
import { later } from '../ui/later';
import type { Later } from '../ui/later';
import { SettingsPage } from './settings';

/** Milliseconds after the map is there. */
const AFTER = 6000;

const SECTIONS: Readonly<Partial<Record<Section, Later>>> = {
  robots: later(async () => (await import('./robots')).RobotsPage),
  broker: later(async () => (await import('./broker/page')).BrokerPage),
  console: later(async () => (await import('./console/page')).ConsolePage),
  admin: later(async () => (await import('../accounts/admin')).AdminPage),
  account: later(async () => (await import('../accounts/account')).AccountPage),
};

export function OtherSection() {
  const { section } = useNavigation();
  useFetchedWhenStill();
  const here = section.value;
  if (here === 'settings') return <SettingsPage />;
  const found = SECTIONS[here];
  return found ? <found.Part key={here} /> : null;
}

function useFetchedWhenStill(): void {
  const { map } = useMapState();
  const { sections } = useWho();
  useSignalEffect(() => {
    if (map.value === null) return undefined;
    const timer = setTimeout(() => {
      for (const section of sections) SECTIONS[section]?.fetch();
    }, AFTER);
    return () => {
      clearTimeout(timer);
    };
  });
}
