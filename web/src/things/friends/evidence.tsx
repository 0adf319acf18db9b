/** How we know what we know of a friend: when it was taken, received and sent, and by what. */
import { t } from '@lingui/core/macro';
import { ageText, fineAgeText, timeText } from '../../app/ages';
import { Fact, Facts } from '../../ui/facts';
import { position } from '../../ui/numbers';
import type { Freshness } from '../freshness';
import { SilenceFact } from '../silence';
import { AddressFact } from '../localities/where';
import { contactTime, fixTime } from './read';
import { ExplainedTerm } from '../explainedterm';
import type { Friend } from './read';

/** Why the phone sent it. */
function triggers(): Readonly<Record<string, string>> {
  return {
    p: t`periodic ping`,
    c: t`region entered or left`,
    C: t`region followed along`,
    b: t`beacon`,
    r: t`asked for from afar`,
    u: t`sent by hand`,
    t: t`timer while moving`,
    v: t`visit or significant change`,
  };
}

function modes(): Readonly<Record<number, string>> {
  return {
    [-1]: t`mode: quiet`,
    0: t`mode: manual`,
    1: t`mode: significant changes`,
    2: t`mode: move`,
  };
}

function networks(): Readonly<Record<string, string>> {
  return { w: 'Wi-Fi', m: t`mobile data`, o: t`offline` };
}

/** A fix that came so many seconds after it was taken had waited on the phone. */
const QUEUED = 60;

/** How far the phone's clock is always off ours, by `ahead` seconds. */
function clockText(ahead: number): string {
  const by = ageText(Math.abs(ahead));
  return ahead > 0
    ? t`The phone’s clock is ${by} ahead of ours, always by as much; its times are corrected by that.`
    : t`The phone’s clock is ${by} behind ours, always by as much; its times are corrected by that.`;
}

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
    friend.trigger === undefined ? undefined : (triggers()[friend.trigger] ?? friend.trigger),
    friend.mode === undefined ? undefined : (modes()[friend.mode] ?? t`mode: ${friend.mode}`),
  ].filter(Boolean);
  const network = [
    friend.network === undefined ? undefined : (networks()[friend.network] ?? friend.network),
    friend.wifi,
  ].filter(Boolean);
  return (
    <Facts>
      <SilenceFact fresh={fresh} evidence={friend.evidence} now={now} />
      {contact !== undefined && contactAge !== undefined && (
        <Fact name={t`Last heard`}>
          {t`${ageText(contactAge)} ago`}{' '}
          <span class="muted">
            {friend.heard === undefined
              ? t`with this fix`
              : t`at ${timeText(contact, now)}, but no newer position`}
          </span>
        </Fact>
      )}
      {friend.clock !== undefined && (
        <Fact name={t`Clock`} tone="warn">
          {clockText(friend.clock)}
        </Fact>
      )}
      {friend.doubt !== undefined && (
        <Fact name={<ExplainedTerm of="doubtful">{t`Doubtful`}</ExplainedTerm>} tone="warn">
          {t`The newest position is not believed: ${friend.doubt}. Shown is the one before.`}
        </Fact>
      )}
      {friend.clock === undefined && friend.ahead !== undefined && (
        <Fact name={t`Clock`} tone="warn">
          {t`The phone’s clock is ${ageText(friend.ahead)} ahead of ours, so the time of receipt counts.`}
        </Fact>
      )}
      {lag !== undefined && lag >= QUEUED && (
        <Fact name={<ExplainedTerm of="queued">{t`Queued`}</ExplainedTerm>} tone="warn">
          {t`The phone kept this fix for ${ageText(lag)} before it could send it: where they were then, not where they are now.`}
        </Fact>
      )}
      {friend.untimed && (
        <Fact
          name={t`Clock`}
          tone="warn"
        >{t`The message held no time; this is when it reached us.`}</Fact>
      )}
      {friend.tst !== undefined && !friend.untimed && (
        <Fact name={t`Fix taken`}>
          {timeText(friend.tst, now)} <span class="muted">{t`phone’s clock`}</span>
        </Fact>
      )}
      {friend.at !== undefined && (
        <Fact name={t`Received`}>
          {timeText(friend.at, now)}{' '}
          <span class="muted">
            {lag !== undefined && lag >= 0.1
              ? t`our clock, ${fineAgeText(lag)} later`
              : t`our clock`}
          </span>
        </Fact>
      )}
      <AddressFact lat={friend.lat} lon={friend.lon} />
      {friend.lat !== undefined && friend.lon !== undefined && (
        <Fact name={t`Position`}>{position(friend.lat, friend.lon)}</Fact>
      )}
      {how.length > 0 && <Fact name={t`Reported by`}>{how.join(', ')}</Fact>}
      {network.length > 0 && <Fact name={t`Network`}>{network.join(' · ')}</Fact>}
      {friend.pressure !== undefined && (
        <Fact name={t`Pressure`}>{`${(friend.pressure * 10).toFixed(0)} hPa`}</Fact>
      )}
      {friend.tag !== undefined && <Fact name={t`Tag`}>{friend.tag}</Fact>}
      {friend.at === undefined && friend.tst === undefined && (
        <Fact
          name={t`Position`}
        >{t`Known only by its card so far; no fix has been received.`}</Fact>
      )}
    </Facts>
  );
}
