/** Setting a phone up: a link that its app opens, also as a QR code to be read off this screen. */
import { TriangleAlert } from 'lucide';
import { useState } from 'preact/hooks';
import { Dialog } from '../../ui/dialog';
import { ActButton } from '../../ui/actbutton';
import { QrCode } from '../../ui/qrcode';
import { Refused } from '../../net/requests';
import { CopyButton } from '../../ui/copy';
import { useServer } from '../../app/context';
import { useRoster } from '../context';
import { Icon } from '../../ui/icon';
import { splitKey } from '../../app/world';
import type { Key } from '../../app/world';

type Mode = 'mqtt' | 'http';

interface Made {
  readonly link: string;
  /** The phone would speak to us without TLS. */
  readonly plain: boolean;
  /** From where the address in it can be reached at all. */
  readonly reach: 'machine' | 'network' | 'anywhere';
}

export function SetupDialog({ of, close }: { of: Key; close(): void }) {
  const { requests } = useServer();
  const { entries } = useRoster();
  const [mode, setMode] = useState<Mode>('mqtt');
  const [made, setMade] = useState<Made | null>(null);
  const name = entries.get(of)?.name ?? splitKey(of)[1];
  const make = async () => {
    // Not only the origin: behind a proxy we may be below a path.
    const base = new URL('.', document.baseURI).href;
    const { link, plain, reach } = await requests.ask('setup', { thing: of, mode, base });
    // The app's own scheme and nothing else: a link is something people touch.
    if (typeof link !== 'string' || !link.startsWith('owntracks:///config?')) {
      throw new Refused('malformed', 'The server answered without a link.');
    }
    setMade({
      link,
      plain: plain === true,
      reach: reach === 'machine' || reach === 'network' ? reach : 'anywhere',
    });
  };
  return (
    <Dialog title={`Set up ${name}`} close={close}>
      {made ? (
        <Ready made={made} />
      ) : (
        <>
          <p>
            Makes a link that tells the OwnTracks app on the phone how to reach us. It holds a
            password of its own; what an earlier link gave this phone stops working.
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
          <ActButton primary words="Make the link" act={make} />
        </>
      )}
    </Dialog>
  );
}

function Ready({ made }: { made: Made }) {
  return (
    <div class="once setup">
      <p>
        Read the code with the phone’s camera, or open the link on it: the app asks whether it may
        take these settings over. It is shown this once; show it to nobody else.
      </p>
      {made.plain && (
        <p class="notice" data-tone="warn">
          <Icon of={TriangleAlert} size={18} />
          The phone would speak to this server without encryption: whoever is on its way can read
          and change what it says.
        </p>
      )}
      {made.reach !== 'anywhere' && (
        <p class="notice" data-tone="warn">
          <Icon of={TriangleAlert} size={18} />
          {made.reach === 'machine'
            ? 'The address in it is of this machine only: no phone can reach it. Open this page by the address that phones use, or have an admin set server.public_url (for MQTT: friends.mqtt_at).'
            : 'The address in it is good in this network only: on the move, the phone cannot reach us.'}
        </p>
      )}
      <QrCode text={made.link} />
      <pre tabIndex={0} data-once>
        {made.link}
      </pre>
      <div class="form-end">
        <a class="button primary" href={made.link}>
          Open on this phone
        </a>
        <CopyButton text={made.link} label="Copy the link" words="Copy the link" />
      </div>
    </div>
  );
}
