/** How we know what we know of a friend: when it was taken, received and sent, and by what. */
import { ageText, fineAgeText, timeText } from '../../app/ages';
import { Fact, Facts } from '../../ui/facts';
import { position } from '../../ui/numbers';
import type { Freshness } from '../freshness';
import { SilenceFact } from '../silence';
import { AddressFact } from '../localities/where';
import { contactTime, fixTime } from './read';
import type { Friend } from './read';

const TRIGGERS: Readonly<Record<string, string>> = {
  p: 'periodic ping',
  c: 'region entered or left',
  C: 'region followed along',
  b: 'beacon',
  r: 'asked for from afar',
  u: 'sent by hand',
  t: 'timer while moving',
  v: 'visit or significant change',
};

const MODES: Readonly<Record<number, string>> = {
  [-1]: 'quiet',
  0: 'manual',
  1: 'significant changes',
  2: 'move',
};

/** A fix that came so many seconds after it was taken had waited on the phone. */
const QUEUED = 60;

const NETWORKS: Readonly<Record<string, string>> = { w: 'Wi-Fi', m: 'mobile data', o: 'offline' };

export function HowWeKnow({
  friend,
  fresh,
  now,
}: {
  friend: Friend;
  fresh: Freshness;
  now: number;
}) {
  const lag =
    friend.at !== undefined && friend.tst !== undefined && friend.ahead === undefined
      ? friend.at - (fixTime(friend) ?? friend.tst)
      : undefined;
  const contact = contactTime(friend);
  const { contactAge } = fresh;
  const how = [
    friend.trigger === undefined ? undefined : (TRIGGERS[friend.trigger] ?? friend.trigger),
    friend.mode === undefined ? undefined : `mode: ${MODES[friend.mode] ?? String(friend.mode)}`,
  ].filter(Boolean);
  const network = [
    friend.network === undefined ? undefined : (NETWORKS[friend.network] ?? friend.network),
    friend.wifi,
  ].filter(Boolean);
  return (
    <Facts>
      <SilenceFact fresh={fresh} evidence={friend.evidence} now={now} />
      {contact !== undefined && contactAge !== undefined && (
        <Fact name="Last heard">
          {ageText(contactAge)} ago{' '}
          <span class="muted">
            {friend.heard === undefined
              ? 'with this fix'
              : `at ${timeText(contact, now)}, but no newer position`}
          </span>
        </Fact>
      )}
      {friend.clock !== undefined && (
        <Fact name="Clock" tone="warn">
          The phone’s clock is {ageText(Math.abs(friend.clock))}{' '}
          {friend.clock > 0 ? 'ahead of' : 'behind'} ours, always by as much; its times are
          corrected by that.
        </Fact>
      )}
      {friend.doubt !== undefined && (
        <Fact name="Doubtful" tone="warn">
          The newest position is not believed: {friend.doubt}. Shown is the one before.
        </Fact>
      )}
      {friend.clock === undefined && friend.ahead !== undefined && (
        <Fact name="Clock" tone="warn">
          The phone’s clock is {ageText(friend.ahead)} ahead of ours, so the time of receipt counts.
        </Fact>
      )}
      {lag !== undefined && lag >= QUEUED && (
        <Fact name="Queued" tone="warn">
          The phone kept this fix for {ageText(lag)} before it could send it: where they were then,
          not where they are now.
        </Fact>
      )}
      {friend.untimed && (
        <Fact name="Clock" tone="warn">
          The message held no time; this is when it reached us.
        </Fact>
      )}
      {friend.tst !== undefined && !friend.untimed && (
        <Fact name="Fix taken">
          {timeText(friend.tst, now)} <span class="muted">phone’s clock</span>
        </Fact>
      )}
      {friend.at !== undefined && (
        <Fact name="Received">
          {timeText(friend.at, now)}{' '}
          <span class="muted">
            our clock{lag !== undefined && lag >= 0.1 ? `, ${fineAgeText(lag)} later` : ''}
          </span>
        </Fact>
      )}
      <AddressFact lat={friend.lat} lon={friend.lon} />
      {friend.lat !== undefined && friend.lon !== undefined && (
        <Fact name="Position">{position(friend.lat, friend.lon)}</Fact>
      )}
      {how.length > 0 && <Fact name="Reported by">{how.join(', ')}</Fact>}
      {network.length > 0 && <Fact name="Network">{network.join(' · ')}</Fact>}
      {friend.pressure !== undefined && (
        <Fact name="Pressure">{(friend.pressure * 10).toFixed(0)} hPa</Fact>
      )}
      {friend.tag !== undefined && <Fact name="Tag">{friend.tag}</Fact>}
      {friend.at === undefined && friend.tst === undefined && (
        <Fact name="Position">Known only by its card so far; no fix has been received.</Fact>
      )}
    </Facts>
  );
}
