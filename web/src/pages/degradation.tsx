/** What the server cannot write just now, since its disk or a database does not let it. */
import { Trans } from '@lingui/react/macro';
import { TriangleAlert } from 'lucide';
import { timeText } from '../app/ages';
import { readServer } from '../things/server/read';
import { useKind, useTime, useServer } from '../app/context';
import { DocLink } from '../ui/doclink';
import { Icon } from '../ui/icon';

/** All else goes on, so it is said steadily and once, below what is wrong with the connections. */
export function DegradedBanner() {
  const { clock } = useTime();
  const { connection } = useServer();
  const [server] = useKind('server');
  const trouble = server && readServer(server).degraded;
  if (connection.value.state !== 'live' || trouble === undefined) return null;
  const since = timeText(trouble.since, clock.live());
  return (
    <div class="banner" role="alert" data-banner="degraded" data-reason={trouble.reason}>
      <Icon of={TriangleAlert} size={22} />
      <div>
        <b>{trouble.why}</b>
        <span>
          <Trans>
            Since {since}. What is shown is live; it goes on by itself once this is mended.{' '}
            <DocLink to="degraded">What to do</DocLink>
          </Trans>
        </span>
      </div>
    </div>
  );
}
