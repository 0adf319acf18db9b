/** The page as an app of this device: how to install it, or that it is. */
import { t } from '@lingui/core/macro';
import { useState } from 'preact/hooks';
import { installPrompt } from '../app/installable';
import { installWay, surfaceHere } from '../app/installation';
import { DocLink } from '../ui/doclink';
import { Card } from '../ui/section';
import { AppleSteps } from './applesteps';

export function AppCard() {
  const prompt = installPrompt.value;
  const [asked, setAsked] = useState(false);
  const way = installWay(surfaceHere(prompt !== null));
  return (
    <Card name={t`As an app`} class="app-card">
      <p class="said" data-install={way}>
        {way === 'installed' && t`Sightline runs as an app of this device.`}
        {way === 'prompt' &&
          t`Sightline can be an app of this device: with an icon, a window of its own, and notifications while it is closed.`}
        {way === 'apple' && <AppleSteps />}
        {way === 'none' && !isSecureContext && t`Over https, Sightline can be installed as an app.`}
        {way === 'none' &&
          isSecureContext &&
          t`Some browsers can install this page as an app: look for “Install” in their menu.`}{' '}
        <DocLink to="app">{t`How that works`}</DocLink>
      </p>
      {prompt && (
        <button
          type="button"
          class="button"
          disabled={asked}
          onClick={() => {
            // A browser lets each of its offers be taken once.
            setAsked(true);
            void prompt.prompt();
          }}
        >{t`Install as an app`}</button>
      )}
    </Card>
  );
}
