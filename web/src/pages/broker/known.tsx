/** How complete the list of clients is. */
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
  return (
    <p class="note known">
      <span>
        <strong>{grouped(connected)}</strong>
        {total === undefined
          ? ' known to be connected'
          : ` of ${grouped(total)} connected are known`}
      </span>
      {(broker.unseen ?? 0) > 0 && (
        <span>
          <strong>{grouped(broker.unseen ?? 0)}</strong> were there before {since ?? 'we listened'}{' '}
          and have not been spoken of
        </span>
      )}
      {left !== null && <span data-left>{left}</span>}
      {unknown > 0 && (
        <span>
          <strong>{grouped(unknown)}</strong> may be gone: the log was cut off
        </span>
      )}
      {refusals > 0 && (
        <span class="caution">
          <strong>{grouped(refusals)}</strong> sign-ins refused
        </span>
      )}
    </p>
  );
}
