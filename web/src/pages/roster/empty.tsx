/** Nobody is there yet: how the first phone comes, and how programs and robots do. */
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { Smartphone } from 'lucide';
import { readBroker } from '../../things/broker/read';
import { InviteButton } from '../../accounts/invite';
import { AddPhoneButton } from '../../things/friends/add/button';
import { useNewPhones } from '../../things/friends/add/context';
import { WaitingPhones } from '../../things/friends/add/list';
import { CopyButton } from '../../ui/copy';
import { useKind, useTime, useWho } from '../../app/context';
import { Icon } from '../../ui/icon';
import { linkText } from '../../things/server/status';
import { DocLink } from '../../ui/doclink';

/** What comes next: a phone that was added, the first one, or what others do. */
function nextText(waits: boolean, mayAdd: boolean): string {
  if (waits) {
    return t`As soon as the phone has said where it is, it is on the map. Touch it to see why not.`;
  }
  return mayAdd
    ? t`Add the first phone. It takes two minutes, and the app OwnTracks on the phone.`
    : t`As soon as somebody lets you see where they are, they appear here.`;
}

export function EmptyState() {
  const { now } = useTime();
  const { visitor } = useWho();
  const { mayAdd, waiting } = useNewPhones();
  const waits = waiting.value.length > 0;
  const broker = useKind('broker').map(readBroker)[0];
  return (
    <div class="empty">
      <WaitingPhones />
      <Icon of={Smartphone} size={28} />
      <h2>{waits ? t`Soon somebody is here` : t`Nobody is here yet`}</h2>
      <p>{nextText(waits, mayAdd.value)}</p>
      <AddPhoneButton kind={waits ? 'button' : 'button primary'} />
      <InviteButton class="button" />
      {broker && broker.link.state !== 'connected' && <p>{linkText(broker.link, now.value)}</p>}
      {visitor.role !== 'viewer' && <ForPrograms address={broker?.link.address ?? ''} />}
    </div>
  );
}

function ForPrograms({ address }: { address: string }) {
  const example = exampleCommand(address);
  return (
    <details>
      <summary>{t`For programs and robots`}</summary>
      <p>
        {address === '' ? (
          <Trans>
            Sightline listens for phones on <code>owntracks/+/+</code> and for robots on{' '}
            <code>telemetry</code>. Whoever publishes there appears here at once.
          </Trans>
        ) : (
          <Trans>
            Sightline listens at {address} for phones on <code>owntracks/+/+</code> and for robots
            on <code>telemetry</code>. Whoever publishes there appears here at once.
          </Trans>
        )}
      </p>
      <pre tabIndex={0}>{example}</pre>
      <CopyButton text={example} label={t`Copy the example`} words={t`Copy the example`} />
      <DocLink to="phones">{t`How to set up phones`}</DocLink>
    </details>
  );
}

/** A command that puts a friend on the map, for the broker at this address. */
export function exampleCommand(address: string): string {
  const colon = address.lastIndexOf(':');
  const host = colon > 0 ? address.slice(0, colon) : '127.0.0.1';
  const port = colon > 0 ? address.slice(colon + 1) : '1883';
  return [
    `mosquitto_pub -h ${host} -p ${port} -t owntracks/jane/phone -m \\`,
    `  '{"_type":"location","lat":52.37,"lon":4.9,"batt":80,"tst":'$(date +%s)'}'`,
  ].join('\n');
}
