/** For admins: what came of every device's messages, those first that had trouble last. */
import { plural, t } from '@lingui/core/macro';
import { useEffect, useState } from 'preact/hooks';
import { useServer, useTime, useWho } from '../../app/context';
import type { DeviceFigures } from '../../generated';
import type { Reply } from '../../net/api';
import type { Read } from '../../net/shape';
import { whenText } from '../../things/friends/messages';
import { grouped } from '../../ui/numbers';
import { Card } from '../../ui/section';

/** The list is asked for again so often, seconds. */
const EVERY = 10;
const MOST = 50;

export function DevicesCard() {
  const found = useDevices();
  if (found === null) return null; // nobody but admins is told
  const more = found.total - found.devices.length;
  return (
    <Card
      name={t`Devices`}
      aside={<span class="muted">{t`what came of their messages since the server’s start`}</span>}
    >
      {found.devices.length === 0 ? (
        <p class="muted">{t`Nothing was heard yet.`}</p>
      ) : (
        <div class="devices" tabIndex={0} role="region" aria-label={t`Counts of devices`}>
          <table>
            <thead>
              <tr>
                <th scope="col">{t`Device`}</th>
                <th scope="col">{t`Heard`}</th>
                <th scope="col">{t`Used`}</th>
                <th scope="col">{t`Doubtful`}</th>
                <th scope="col">{t`Left out`}</th>
                <th scope="col">{t`Refused`}</th>
                <th scope="col">{t`Last reason`}</th>
              </tr>
            </thead>
            <tbody>
              {found.devices.map((each) => (
                <Row key={each.device} counts={each} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {more > 0 && (
        <p class="note">
          {plural(more, {
            one: '# more, without newer trouble.',
            other: '# more, without newer trouble.',
          })}
        </p>
      )}
    </Card>
  );
}

function Row({ counts }: { counts: Read<DeviceFigures> }) {
  const { now } = useTime();
  return (
    <tr data-device={counts.device}>
      <th scope="row">
        {counts.device}
        {!counts.friend && <small> {t`not on the map`}</small>}
      </th>
      <td>{grouped(counts.heard)}</td>
      <td>{grouped(counts.used)}</td>
      <td data-tone={counts.doubtful > 0 ? 'warn' : undefined}>{grouped(counts.doubtful)}</td>
      <td data-tone={counts.left_out > 0 ? 'warn' : undefined}>{grouped(counts.left_out)}</td>
      <td data-tone={counts.refused > 0 ? 'bad' : undefined}>{grouped(counts.refused)}</td>
      <td class="why">
        {counts.why}
        {counts.at !== undefined && <small> {whenText(now.value - counts.at, counts.via)}</small>}
      </td>
    </tr>
  );
}

function useDevices(): Reply<'GET /deliveries'> | null {
  const { api } = useServer();
  const { now } = useTime();
  const admin = useWho().user.value?.role === 'admin';
  const [found, setFound] = useState<Reply<'GET /deliveries'> | null>(null);
  const turn = Math.floor(now.value / EVERY);
  useEffect(() => {
    let over = false;
    if (!admin) return;
    api
      .get('deliveries', { limit: MOST })
      .then((answer) => {
        if (!over) setFound(answer);
      })
      .catch(() => undefined);
    return () => {
      over = true;
    };
  }, [api, admin, turn]);
  return admin ? found : null;
}
