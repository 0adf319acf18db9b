/** Makes an app of the page, and says so in passing: that it can be one, that a new version is there. */
import { t } from '@lingui/core/macro';
import { effect } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import { AppWorker, entryOf, filesUsed, followNotifications } from '../app/appworker';
import { useLive, useServer, useTime, useWho } from '../app/context';
import { deviceStoreHere, workers } from '../app/lastpicture';
import { keepPicture } from '../app/picturekeeping';
import { usePast } from '../past/context';
import { usePushDevice } from '../things/channels/pushdevice';
import { useDriving } from '../things/probots/drive/context';
import type { Words } from '../worker/telling';
import { InstallHint } from './installhint';
import { NewVersion } from './newversion';

/** One for the page, no matter who is in. */
let appWorker: AppWorker | null | undefined;

function workerHere(): AppWorker | null {
  const here = workers();
  if (appWorker !== undefined || !here || !import.meta.env.PROD) return appWorker ?? null;
  appWorker = new AppWorker({
    workers: here,
    entry: entryOf(document),
    reload: () => {
      location.reload();
    },
    now: () => Date.now(),
  });
  void appWorker.start(filesUsed());
  return appWorker;
}

export function Device() {
  const worker = useMemo(workerHere, []);
  useKeptPicture();
  useWords();
  useFollowed();
  useLooks(worker);
  usePushDevice();
  return (
    <>
      {worker && <NewVersion worker={worker} />}
      <InstallHint />
    </>
  );
}

function useKeptPicture(): void {
  const { world, ready } = useLive();
  const { clock } = useTime();
  const { connection } = useServer();
  const { visitor } = useWho();
  const past = usePast();
  useEffect(
    () =>
      keepPicture({
        ...{ visitor, world, store: deviceStoreHere() },
        current: () => connection.peek().state === 'live' && ready.peek() && !past.past.peek(),
        offset: () => clock.offset,
      }),
    [visitor, world, ready, connection, past, clock],
  );
}

/** The worker has no catalogue of its own: it says what the page told it, in its language. */
function useWords(): void {
  useEffect(() => {
    const words: Words = {
      show: t`Show`,
      acknowledge: t`Acknowledge`,
      call: t`Call`,
      failed: t`Not acknowledged: open the page`,
      something: t`Something happened. Open the page to see what.`,
    };
    void deviceStoreHere().put('words', words);
  }, []);
}

/** A notification leads somewhere: go there, unless a robot is driven here. */
function useFollowed(): void {
  const { driver } = useDriving();
  useEffect(() => {
    const here = workers();
    if (!here) return undefined;
    return followNotifications(here, (hash) => {
      if (driver.holds !== null) return 'busy';
      if (hash !== '') location.hash = hash;
      return 'done';
    });
  }, [driver]);
}

/** Look for a new version when the server was away, which it is when it is updated; and now and then. */
function useLooks(worker: AppWorker | null): void {
  const { connection } = useServer();
  useEffect(() => {
    if (!worker) return undefined;
    let was = connection.peek().state;
    const unwatch = effect(() => {
      const { state } = connection.value;
      if (state === 'live' && was === 'lost') worker.look(true);
      was = state;
    });
    const shown = () => {
      if (document.visibilityState === 'visible') worker.look(false);
    };
    document.addEventListener('visibilitychange', shown);
    return () => {
      unwatch();
      document.removeEventListener('visibilitychange', shown);
    };
  }, [worker, connection]);
}
