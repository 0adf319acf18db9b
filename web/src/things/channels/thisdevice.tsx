/** Notifications on this device: on or off, or why there are none. */
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { BellOff, BellRing } from 'lucide';
import type { ComponentChildren } from 'preact';
import type { DeviceState, PushDevice } from '../../app/pushdevice';
import { ActButton } from '../../ui/actbutton';
import { DocLink } from '../../ui/doclink';
import { Icon } from '../../ui/icon';
import { usePushDevice } from './pushdevice';

/** `changed` is called when this device's channel was made or removed, so that a list is read again. */
export function ThisDevice({ changed }: { changed?: () => void }) {
  const device = usePushDevice();
  if (!device) return null;
  const state = device.state.value;
  return (
    <section
      class="this-device"
      aria-label={t`Notifications on this device`}
      data-device={state.is}
    >
      <Icon of={state.is === 'on' ? BellRing : BellOff} size={20} />
      <div>
        <b>{t`Notifications on this device`}</b>
        <p class="muted">
          <DeviceStateNote state={state} />
        </p>
      </div>
      <Act device={device} state={state} changed={changed} />
    </section>
  );
}

function DeviceStateNote({ state }: { state: DeviceState }): ComponentChildren {
  switch (state.is) {
    case 'asking':
      return t`One moment…`;
    case 'on':
      return t`They come here, also while the page is closed.`;
    case 'off':
      return t`Off. The browser asks once whether it may show them.`;
    case 'denied':
      return (
        <Trans>
          This browser was told not to show any. Allow them for this page in the browser’s settings,
          then look again. <DocLink to="app">How that works</DocLink>
        </Trans>
      );
    case 'impossible':
      return <Impossible why={state.why} />;
  }
}

function Impossible({ why }: { why: 'insecure' | 'home-screen' | 'browser' }) {
  if (why === 'home-screen') {
    return (
      <Trans>
        On an iPhone or iPad they need the page on the home screen: in Safari, touch <b>Share</b>,
        then <b>Add to Home Screen</b>, and open it from there.
      </Trans>
    );
  }
  if (why === 'insecure') {
    return (
      <Trans>
        Browsers show them over https only. <DocLink to="https">How to have https</DocLink>
      </Trans>
    );
  }
  return t`This browser cannot show any while the page is closed. Mail and other ways still work.`;
}

function Act({
  device,
  state,
  changed,
}: {
  device: PushDevice;
  state: DeviceState;
  changed: (() => void) | undefined;
}) {
  const then = (act: () => Promise<void>) => async () => {
    await act();
    changed?.();
  };
  switch (state.is) {
    case 'off':
      return <ActButton key="on" primary words={t`Turn on`} act={then(() => device.turnOn())} />;
    case 'on':
      return <ActButton key="off" words={t`Turn off`} act={then(() => device.turnOff())} />;
    case 'asking':
    case 'denied':
      return <ActButton key="look" words={t`Look again`} act={() => device.look()} />;
    case 'impossible':
      return null;
  }
}
