/**
 * This device's notifications, for anybody who is in: one of these lives as long as their visit.
 */
import { useEffect, useMemo } from 'preact/hooks';
import { useServer, useWho } from '../../app/context';
import { deviceStoreHere } from '../../app/lastpicture';
import { surfaceHere } from '../../app/installation';
import { PushDevice, pushingHere } from '../../app/pushdevice';
import { ownsAccount } from '../../app/visitor';
import type { Visitor } from '../../app/visitor';
import type { Api } from '../../net/api';
import { browserName } from '../../ui/browsername';
import { customs } from '../../ui/customs';
import { callsOf } from './calls';

/** By visitor: the list of channels and the page itself speak of the same. */
const devices = new WeakMap<Visitor, PushDevice>();

export function deviceOf(visitor: Visitor, api: Api): PushDevice {
  const known = devices.get(visitor);
  if (known) return known;
  const { apple, installed } = surfaceHere(false);
  const made = new PushDevice(visitor.name, {
    calls: callsOf(api),
    pushing: pushingHere(apple, installed),
    store: deviceStoreHere(),
    customs: () => ({
      name: browserName(navigator.userAgent),
      language: document.documentElement.lang,
      zone: customs.peek().zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone,
    }),
  });
  devices.set(visitor, made);
  return made;
}

/** Look once how things stand, and mend what broke since the last visit. */
export function usePushDevice(): PushDevice | null {
  const { visitor } = useWho();
  const { api } = useServer();
  const device = useMemo(
    () => (ownsAccount(visitor) ? deviceOf(visitor, api) : null),
    [visitor, api],
  );
  useEffect(() => {
    if (device?.state.peek().is === 'asking') device.look().catch(() => undefined);
  }, [device]);
  return device;
}
