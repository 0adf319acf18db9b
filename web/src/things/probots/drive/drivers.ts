/** Where the drivers are; only admins are told. */
import { useEffect, useState } from 'preact/hooks';
import { useServer } from '../../../app/context';
import { addressesOf } from './read';

/** Where the drivers are, asked for anew whenever `again` changes. Only admins are told. */
export function useDrivers(wanted: boolean, again: unknown): ReadonlyMap<string, string> {
  const { requests, connection } = useServer();
  const [found, setFound] = useState<ReadonlyMap<string, string>>(new Map());
  const live = connection.value.state === 'live';
  useEffect(() => {
    if (!wanted || !live) return;
    let over = false;
    requests.ask('drivers', {}).then(
      (answer) => {
        if (!over) setFound(addressesOf(answer));
      },
      () => undefined,
    );
    return () => {
      over = true;
    };
  }, [requests, wanted, live, again]);
  return found;
}
