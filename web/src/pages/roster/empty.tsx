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
import { useKind, useNavigation, useTime, useWho } from '../../app/context';
import { isAdmin } from '../../app/visitor';
import type { Visitor } from '../../app/visitor';
import { Icon } from '../../ui/icon';
import { linkText } from '../../things/server/status';
import { DocLink } from '../../ui/doclink';

/** What comes next: a phone that was added, the first one, or what others do. */
function nextText(waits: boolean, mayAdd: boolean, visitor: Visitor): string {
  if (waits) {
    return t`As soon as the phone has said where it is, it is on the map. Touch it to see why not.`;
  }
  return mayAdd
    ? t`Add the first phone. It takes two minutes, and the app OwnTracks on the phone.`
    : noneText(visitor);
}

/** For those who cannot add a phone: why they see nobody, and what can be done about it. */
function noneText({ way, rights }: Visitor): string {
  if (way === 'link') {
    return t`The link shows somebody as soon as their phone has said where it is. It may be asleep or without a network just now; this page shows it by itself when it comes.`;
  }
  if (way === 'guest') {
    return t`You look in as a guest, who may see little or nothing. Sign in to see who lets you.`;
  }
  if (rights.see.length === 0) {
    return t`Nobody has let you see where they are yet. Ask whoever runs this server, or somebody you know here, to let you.`;
  }
  return t`As soon as somebody whom you may see says where they are, they appear here.`;
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
      <p>{nextText(waits, mayAdd.value, visitor)}</p>
      <AddPhoneButton kind={waits ? 'button' : 'button primary'} />
      <InviteButton class="button" />
      {broker && broker.link.state !== 'connected' && <p>{linkText(broker.link, now.value)}</p>}
      <WayOn visitor={visitor} />
      {visitor.role !== 'viewer' && <ForPrograms address={broker?.link.address ?? ''} />}
    </div>
  );
}

/** Where one goes on from here, besides adding a phone. */
function WayOn({ visitor }: { visitor: Visitor }) {
  const { session } = useWho();
  const { go } = useNavigation();
  if (visitor.way === 'guest' && session !== null) {
    return (
      <button
        type="button"
        class="button primary"
        onClick={() => {
          session.leaveToSignIn();
        }}
      >{t`Sign in`}</button>
    );
  }
  if (!isAdmin(visitor)) return null;
  return (
    <button
      type="button"
      class="button"
      onClick={() => {
        go('admin', 'check');
      }}
    >{t`Is it set up right?`}</button>
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
