/** Setting a phone up: which app, by which way; then a link, a QR code, or what to paste. */
import { t } from '@lingui/core/macro';
import { useState } from 'preact/hooks';
import { Dialog } from '../../ui/dialog';
import { ActButton } from '../../ui/actbutton';
import { Refused } from '../../net/requests';
import { useServer } from '../../app/context';
import { useRoster } from '../context';
import { splitKey } from '../../app/world';
import type { Key } from '../../app/world';
import { useNewPhones } from './add/context';
import { AppChoice } from './appchoice';
import { isLinkOf } from './apps';
import type { AppName } from './apps';
import { SetupReady } from './setupready';
import type { Made } from './setupready';

type Mode = 'mqtt' | 'http';

export function SetupDialog({ of, close }: { of: Key; close(): void }) {
  const { requests } = useServer();
  const { entries } = useRoster();
  const { place } = useNewPhones();
  const [app, setApp] = useState<AppName>('owntracks');
  const [mode, setMode] = useState<Mode>('http');
  const [made, setMade] = useState<Made | null>(null);
  const name = entries.get(of)?.name ?? splitKey(of)[1];
  const make = async () => {
    // Not only the origin: behind a proxy we may be below a path.
    const base = new URL('.', document.baseURI).href;
    const own = app === 'owntracks';
    const made = await requests.ask('setup', {
      thing: of,
      mode: own ? mode : 'http',
      base,
      ...(own ? {} : { app }),
    });
    if (!isLinkOf(app, made.link)) {
      throw new Refused('malformed', t`The server answered without a link.`);
    }
    setMade({ app, ...made });
  };
  return (
    <Dialog title={t`Set up ${name}`} close={close}>
      {made ? (
        <SetupReady made={made} />
      ) : (
        <>
          <p>{t`Tells the app on the phone how to reach us, with a password of its own; what an earlier link gave this phone stops working.`}</p>
          <AppChoice app={app} choose={setApp} />
          {app === 'owntracks' && place.value?.mqtt === true && (
            <ModeChoice mode={mode} choose={setMode} />
          )}
          <ActButton primary words={t`Make the link`} act={make} />
        </>
      )}
    </Dialog>
  );
}

function ModeChoice({ mode, choose }: { mode: Mode; choose(mode: Mode): void }) {
  return (
    <div class="segments" role="group" aria-label={t`How the phone reaches us`}>
      {(['http', 'mqtt'] as const).map((each) => (
        <button
          key={each}
          type="button"
          aria-pressed={mode === each}
          onClick={() => {
            choose(each);
          }}
        >
          {each === 'mqtt' ? t`MQTT, always connected` : t`HTTP, now and then`}
        </button>
      ))}
    </div>
  );
}
