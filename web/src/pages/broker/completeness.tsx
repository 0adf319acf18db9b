/** How complete the list of clients is. */
import { Trans } from '@lingui/react/macro';
import { timeText } from '../../app/ages';
import { useTime } from '../../app/context';
import type { Client } from '../../things/broker/clients';
import { leftText } from './clienttext';
import { figure } from '../../things/broker/read';
import type { Broker } from '../../things/broker/read';
import { grouped } from '../../ui/numbers';

/** How complete the list is. */
export function Known({
  broker,
  clients,
}: {
  broker: Broker | undefined;
  clients: readonly Client[];
}) {
  const { now } = useTime();
  if (!broker) return null;
  const total = figure(broker, 'clients/connected');
  const connected = clients.filter((client) => client.state === 'connected').length;
  const unknown = clients.filter((client) => client.state === 'unknown').length;
  const left = leftText(clients);
  const refusals = broker.refusals ?? 0;
  const since = broker.log_since === undefined ? null : timeText(broker.log_since, now.value);
  const shown = grouped(connected);
  const unseen = grouped(broker.unseen ?? 0);
  return (
    <p class="note known">
      <span>
        {total === undefined ? (
          <Trans>
            <strong>{shown}</strong> known to be connected
          </Trans>
        ) : (
          <Trans>
            <strong>{shown}</strong> of {grouped(total)} connected are known
          </Trans>
        )}
      </span>
      {(broker.unseen ?? 0) > 0 && (
        <span>
          {since === null ? (
            <Trans>
              <strong>{unseen}</strong> were there before we listened and have not been spoken of
            </Trans>
          ) : (
            <Trans>
              <strong>{unseen}</strong> were there before {since} and have not been spoken of
            </Trans>
          )}
        </span>
      )}
      {left !== null && <span data-left>{left}</span>}
      {unknown > 0 && (
        <span>
          <Trans>
            <strong>{grouped(unknown)}</strong> may be gone: the log was cut off
          </Trans>
        </span>
      )}
      {refusals > 0 && (
        <span class="caution">
          <Trans>
            <strong>{grouped(refusals)}</strong> sign-ins refused
          </Trans>
        </span>
      )}
    </p>
  );
}
