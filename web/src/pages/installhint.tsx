/** That the page can be an app, said once on a phone at a quiet moment. */
import { t } from '@lingui/core/macro';
import { Smartphone, X } from 'lucide';
import { useEffect, useState } from 'preact/hooks';
import { useLayout, useLive, useNavigation, useSelection, useServer, useWho } from '../app/context';
import { installPrompt } from '../app/installable';
import { installWay, mayHint, surfaceHere } from '../app/installation';
import { nowShown, wasShown } from '../app/seenonce';
import { ownsAccount } from '../app/visitor';
import { usePast } from '../past/context';
import { useRegions } from '../things/regions/context';
import { NARROW, useMedia } from '../ui/hooks';
import { Icon } from '../ui/icon';
import { AppleSteps } from './applesteps';

const SHOWN = 'install';
/** Milliseconds that somebody was here before it is said. */
const AFTER = 12_000;

export function InstallHint() {
  const phone = useMedia(NARROW);
  const atRest = useAtRest();
  const { connection } = useServer();
  const { ready } = useLive();
  const { visitor } = useWho();
  const [dismissed, setDismissed] = useState(() => wasShown(SHOWN));
  const [settled, setSettled] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => {
      setSettled(true);
    }, AFTER);
    return () => {
      clearTimeout(timer);
    };
  }, []);
  const prompt = installPrompt.value;
  const way = installWay(surfaceHere(prompt !== null));
  const live = settled && ready.value && connection.value.state === 'live';
  const account = ownsAccount(visitor);
  if (!mayHint({ way, phone, account, dismissed, atRest, live })) return null;
  const end = () => {
    nowShown(SHOWN);
    setDismissed(true);
  };
  return (
    <section class="app-note" aria-label={t`Install as an app`} data-app-note="install">
      <Icon of={Smartphone} size={20} />
      <p>
        <b>{t`Sightline on your home screen`}</b>
        <small>
          {way === 'apple' ? (
            <AppleSteps />
          ) : (
            t`It opens as an app of its own, and can notify you while it is closed.`
          )}
        </small>
      </p>
      {prompt && (
        <button
          type="button"
          class="button primary"
          onClick={() => {
            end();
            void prompt.prompt();
          }}
        >{t`Install`}</button>
      )}
      <button type="button" class="icon-button" aria-label={t`Not now`} onClick={end}>
        <Icon of={X} />
      </button>
    </section>
  );
}

/** The map is before them as it is now, and nothing else is going on. */
function useAtRest(): boolean {
  const { section } = useNavigation();
  const { selected, sharing } = useSelection();
  const { help } = useLayout();
  const { regions } = useRegions();
  const past = usePast();
  return (
    section.value === 'map' &&
    selected.value === null &&
    sharing.value === null &&
    !help.value &&
    regions.editing.value === null &&
    !past.past.value
  );
}
