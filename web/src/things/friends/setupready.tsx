/** What sets a phone up, shown this once: the steps, the code to read off this screen, the link. */
import { t } from '@lingui/core/macro';
import { TriangleAlert } from 'lucide';
import { CopyButton } from '../../ui/copy';
import { DocLink } from '../../ui/doclink';
import { Icon } from '../../ui/icon';
import { QrCode } from '../../ui/qrcode';
import type { Granted } from '../../net/requests';
import { APPS } from './apps';
import type { AppName } from './apps';

export type Made = Granted<'setup'> & { readonly app: AppName };

export function SetupReady({ made }: { made: Made }) {
  const app = APPS[made.app];
  return (
    <div class="once setup" data-app={made.app}>
      {app.steps.map((step) => (
        <p key={step}>{step}</p>
      ))}
      <p>{t`It is shown this once; show it to nobody else.`}</p>
      <Warnings made={made} />
      {made.link !== '' && <ByLink made={made} />}
      {made.address !== '' && <ToPaste label={app.address} text={made.address} />}
      {made.text !== '' && <ToPaste label={app.text} text={made.text} />}
      {made.app !== 'owntracks' && <DocLink to="apps">{t`About this app here`}</DocLink>}
    </div>
  );
}

function Warnings({ made }: { made: Made }) {
  return (
    <>
      {made.plain && (
        <Warning>{t`The phone would speak to this server without encryption: whoever is on its way can read and change what it says.`}</Warning>
      )}
      {made.reach !== 'anywhere' && (
        <Warning>
          {made.reach === 'machine'
            ? t`The address in it means this very computer: no phone can reach it. Open this page by the address that phones use.`
            : t`The address in it is good in this network only: on the move, the phone cannot reach us.`}
        </Warning>
      )}
    </>
  );
}

export function Warning({ children }: { children: string }) {
  return (
    <p class="notice" data-tone="warn">
      <Icon of={TriangleAlert} size={18} />
      {children}
    </p>
  );
}

export function ByLink({ made: { link, app } }: { made: Pick<Made, 'link' | 'app'> }) {
  return (
    <>
      <QrCode text={link} />
      <pre tabIndex={0} data-once>
        {link}
      </pre>
      <div class="form-end">
        {/* Traccar Client reads a web address off a screen; a browser could do nothing with it. */}
        {app !== 'traccar' && <a class="button primary" href={link}>{t`Open on this phone`}</a>}
        <CopyButton text={link} label={t`Copy the link`} words={t`Copy the link`} />
      </div>
    </>
  );
}

export function ToPaste({ label = '', text }: { label?: string | undefined; text: string }) {
  return (
    <div class="to-paste">
      <div class="with-copy">
        <small class="muted">{label}</small>
        <CopyButton text={text} label={t`Copy: ${label}`} />
      </div>
      <pre tabIndex={0} data-paste>
        {text}
      </pre>
    </div>
  );
}
