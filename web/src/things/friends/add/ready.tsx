/** What sets the new phone up, shown this once: link, code, and what is typed by hand. */
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import type { Key } from '../../../app/world';
import { CopyButton } from '../../../ui/copy';
import { DocLink } from '../../../ui/doclink';
import { QrCode } from '../../../ui/qrcode';
import { APPS } from '../apps';
import { ByLink, ToPaste, Warning } from '../setupready';
import type { Made, Stage } from './newphones';
import { addressOf, cautions } from './reach';
import { Waiting } from './waiting';

export function ReadyStep({ stage }: { stage: Extract<Stage, { is: 'ready' }> }) {
  const { made, app } = stage;
  const url = made.url === '' ? made.address : made.url;
  const parsed = addressOf(url);
  return (
    <div class="once setup" data-app={app}>
      {app === 'owntracks' ? <OwnTracks made={made} /> : <OtherApp stage={stage} />}
      <Waiting of={made.thing as Key} url={url} />
      {parsed && cautions(parsed).map((each) => <Warning key={each}>{each}</Warning>)}
      <p class="muted">{t`The code is shown this once. Whoever has it can say where this phone is.`}</p>
    </div>
  );
}

const stores = () =>
  [
    [t`iPhone: App Store`, 'https://apps.apple.com/app/owntracks/id692424691'],
    [
      t`Android: Google Play`,
      'https://play.google.com/store/apps/details?id=org.owntracks.android',
    ],
  ] as const;

function OwnTracks({ made }: { made: Made }) {
  return (
    <>
      <ol class="numbered">
        <li>
          {t`Install the app OwnTracks on the phone:`}{' '}
          {stores().map(([words, href]) => (
            <a key={href} href={href} target="_blank" rel="noopener noreferrer">
              {words}
            </a>
          ))}
        </li>
        <li class="with-code">
          <span>
            <Trans>
              <span class="by-camera">Read this code with the phone’s camera.</span>
              <span class="by-touch">Touch “Open in OwnTracks”, if this is the phone.</span> The app
              asks whether it may take the settings over.
            </Trans>
          </span>
          <a class="button primary" href={made.link}>{t`Open in OwnTracks`}</a>
          <QrCode text={made.link} />
        </li>
        <li>{t`Let the app use the location, best “always”.`}</li>
      </ol>
      <ByHand made={made} />
    </>
  );
}

function ByHand({ made }: { made: Made }) {
  const values = [
    [t`Mode`, 'HTTP'],
    [t`URL`, made.url],
    [t`User name`, made.user],
    [t`Password`, made.password],
    [t`Device ID`, made.device],
  ] as const;
  return (
    <details class="by-hand">
      <summary>{t`Type it in by hand, or copy the link`}</summary>
      <dl>
        {values.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              <code>{value}</code>
              <CopyButton text={value} label={t`Copy: ${name}`} />
            </dd>
          </div>
        ))}
      </dl>
      <pre tabIndex={0} data-once>
        {made.link}
      </pre>
      <CopyButton text={made.link} label={t`Copy the link`} words={t`Copy the link`} />
    </details>
  );
}

function OtherApp({ stage: { made, app } }: { stage: Extract<Stage, { is: 'ready' }> }) {
  const about = APPS[app];
  return (
    <>
      {about.steps.map((step) => (
        <p key={step}>{step}</p>
      ))}
      {made.link !== '' && <ByLink made={{ link: made.link, app }} />}
      {made.address !== '' && <ToPaste label={about.address} text={made.address} />}
      {made.text !== '' && <ToPaste label={about.text} text={made.text} />}
      <DocLink to="apps">{t`About this app here`}</DocLink>
    </>
  );
}
