/** The round trip between this page and the server. */
import { t } from '@lingui/core/macro';
import { useEffect, useState } from 'preact/hooks';
import { useServer } from '../../app/context';
import { Refused } from '../../net/requests';
import { fixed } from '../../ui/numbers';

/** How often this page measures the way to the server and back, in milliseconds. */
const PING_EVERY = 5000;

export function usePing(): string {
  const { connection, requests } = useServer();
  const [ping, setPing] = useState('…');
  const live = connection.value.state === 'live';
  useEffect(() => {
    if (!live) return;
    const measure = () => {
      const start = performance.now();
      requests.ask('ping', {}).then(
        () => {
          setPing(`${fixed(performance.now() - start, 1)} ms`);
        },
        (error: unknown) => {
          setPing(error instanceof Refused ? error.message : 'failed');
        },
      );
    };
    measure();
    const timer = setInterval(measure, PING_EVERY);
    return () => {
      clearInterval(timer);
    };
  }, [live, requests]);
  return live ? ping : t`no connection`;
}
