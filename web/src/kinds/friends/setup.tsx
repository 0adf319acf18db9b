/** Setting a phone up: a link that its app opens, also as a QR code to be read off this screen. */
import { TriangleAlert } from 'lucide';
import { useEffect, useState } from 'preact/hooks';
import { Dialog } from '../../accounts/dialog';
import { failureOf } from '../../accounts/form';
import { QrCode } from '../../accounts/qrcode';
import { CopyButton } from '../../panels/copy';
import { useApp } from '../../panels/context';
import { Icon } from '../../panels/icon';
import { splitKey } from '../../world';
import type { Key } from '../../world';

type Mode = 'mqtt' | 'http';

type Said = { readonly link: string; readonly plain: boolean } | { readonly why: string } | null;

export function SetupDialog({ of, close }: { of: Key; close(): void }) {
  const { helm, entries } = useApp();
  const [mode, setMode] = useState<Mode>('mqtt');
  const [said, setSaid] = useState<Said>(null);
  const name = entries.get(of)?.name ?? splitKey(of)[1];
  useEffect(() => {
    let over = false;
    setSaid(null);
    helm.ask('setup', { thing: of, mode, base: location.origin }).then(
      ({ link, plain }) => {
        if (over) return;
        // The app's own scheme and nothing else: a link is something people touch.
        const good = typeof link === 'string' && link.startsWith('owntracks:///config?');
        setSaid(
          good ? { link, plain: plain === true } : { why: 'The server answered without a link.' },
        );
      },
      (error: unknown) => {
        if (!over) setSaid({ why: failureOf(error, Date.now()).why });
      },
    );
    return () => {
      over = true;
    };
  }, [helm, of, mode]);
  return (
    <Dialog title={`Set up ${name}`} close={close}>
      <p>
        Open this link on the phone, or read the code with its camera: the OwnTracks app then asks
        whether it may take over these settings. They hold a password of its own, so show them to
        nobody else. What the link before gave no longer works.
      </p>
      <div class="segments" role="group" aria-label="How the phone reaches us">
        {(['mqtt', 'http'] as const).map((each) => (
          <button
            key={each}
            type="button"
            aria-pressed={mode === each}
            onClick={() => {
              setMode(each);
            }}
          >
            {each === 'mqtt' ? 'MQTT, always connected' : 'HTTP, now and then'}
          </button>
        ))}
      </div>
      {said === null ? (
        <p class="muted" role="status">
          One moment…
        </p>
      ) : 'why' in said ? (
        <p class="form-error" role="alert">
          {said.why}
        </p>
      ) : (
        <div class="once">
          {said.plain && (
            <p class="notice" data-tone="warn">
              <Icon of={TriangleAlert} size={18} />
              The phone would speak to this server without encryption: whoever is on its way can
              read and change what it says.
            </p>
          )}
          <QrCode text={said.link} />
          <pre tabIndex={0} data-once>
            {said.link}
          </pre>
          <div class="form-end">
            <a class="button primary" href={said.link}>
              Open on this phone
            </a>
            <CopyButton text={said.link} label="Copy the link" words="Copy the link" />
          </div>
        </div>
      )}
    </Dialog>
  );
}
