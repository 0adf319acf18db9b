/** What sets the new phone up, shown this once: link, code, and what is typed by hand. */
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
      <p class="muted">The code is shown this once. Whoever has it can say where this phone is.</p>
    </div>
  );
}

const STORES = [
  ['iPhone: App Store', 'https://apps.apple.com/app/owntracks/id692424691'],
  ['Android: Google Play', 'https://play.google.com/store/apps/details?id=org.owntracks.android'],
] as const;

function OwnTracks({ made }: { made: Made }) {
  return (
    <>
      <ol class="numbered">
        <li>
          Install the app OwnTracks on the phone:{' '}
          {STORES.map(([words, href]) => (
            <a key={href} href={href} target="_blank" rel="noopener noreferrer">
              {words}
            </a>
          ))}
        </li>
        <li class="with-code">
          <span>
            <span class="by-camera">Read this code with the phone’s camera.</span>
            <span class="by-touch">Touch “Open in OwnTracks”, if this is the phone.</span> The app
            asks whether it may take the settings over.
          </span>
          <a class="button primary" href={made.link}>
            Open in OwnTracks
          </a>
          <QrCode text={made.link} />
        </li>
        <li>Let the app use the location, best “always”.</li>
      </ol>
      <ByHand made={made} />
    </>
  );
}

function ByHand({ made }: { made: Made }) {
  const values = [
    ['Mode', 'HTTP'],
    ['URL', made.url],
    ['User name', made.user],
    ['Password', made.password],
    ['Device ID', made.device],
  ] as const;
  return (
    <details class="by-hand">
      <summary>Type it in by hand, or copy the link</summary>
      <dl>
        {values.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              <code>{value}</code>
              <CopyButton text={value} label={`Copy: ${name}`} />
            </dd>
          </div>
        ))}
      </dl>
      <pre tabIndex={0} data-once>
        {made.link}
      </pre>
      <CopyButton text={made.link} label="Copy the link" words="Copy the link" />
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
      <DocLink to="apps">About this app here</DocLink>
    </>
  );
}
