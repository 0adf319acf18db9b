/** A friend in detail: where, how fast, how we know, and since when. */
import { LocateFixed, Route, Share2 } from 'lucide';
import type { ComponentChildren } from 'preact';
import { ageParts, ageText, fineAgeText, timeText } from '../../app/ages';
import { compass, length, position, speed } from '../../ui/numbers';
import { CopyButton } from '../../ui/copy';
import { useApp } from '../../app/context';
import { evidenceText, Fact, Facts, Stat, Stats } from '../../ui/facts';
import { Icon } from '../../ui/icon';
import { Spark } from '../../ui/spark';
import { mayShare } from '../../app/visitor';
import type { Thing } from '../../net/protocol';
import type { Key } from '../../app/world';
import { freshnessOf } from '../entry';
import type { Entry } from '../entry';
import { contactTime, fixTime, readFriend } from './read';
import type { Friend } from './read';
import { PhonePart } from './phonepart';

export function FriendHeadline({ thing, entry }: { thing: Thing; entry: Entry }) {
  const { whereabouts, now } = useApp();
  const friend = readFriend(thing);
  const { tone, word } = freshnessOf(entry, now.value);
  const where = entry.position ? whereabouts(entry) : friend.device;
  return (
    <p>
      <span class="pill" data-tone={tone}>
        <i />
        {word}
      </span>
      <span class="ellipsis">{where}</span>
    </p>
  );
}

export function FriendPanel({
  thing,
  entry,
  children,
}: {
  thing: Thing;
  entry: Entry;
  /** What others have to tell about this friend. */
  children?: ComponentChildren;
}) {
  const app = useApp();
  const friend = readFriend(thing);
  const key = entry.key;
  const { units } = app.preferences.settings.value;
  const now = app.now.value;
  const following = app.following.value === key;
  const placed = friend.lat !== undefined;
  const fixed = fixTime(friend);
  const kmh = friend.speed === undefined ? undefined : speed(friend.speed, units);
  const high = friend.altitude === undefined ? undefined : length(friend.altitude, units);
  const near = friend.accuracy === undefined ? undefined : length(friend.accuracy, units);
  const [age, ageUnit] = fixed === undefined ? [undefined, ''] : ageParts(now - fixed);
  const topic = `owntracks/${thing.id}`;
  const { current } = freshnessOf(entry, now);
  const tone = current ? undefined : 'old';
  const then = current ? '' : ' then';
  return (
    <>
      <div class="actions">
        <button
          type="button"
          class="button primary"
          aria-pressed={following}
          aria-keyshortcuts="F"
          disabled={!placed}
          onClick={() => {
            app.follow(following ? null : key);
          }}
        >
          <Icon of={LocateFixed} size={16} />
          {following ? 'Following' : 'Follow'}
          <kbd aria-hidden="true">F</kbd>
        </button>
        <button
          type="button"
          class="button"
          aria-pressed={app.trail.value}
          aria-keyshortcuts="T"
          disabled={!placed}
          onClick={() => {
            app.trail.value = !app.trail.value;
          }}
        >
          <Icon of={Route} size={16} />
          Trail
        </button>
        <ShareButton of={key} />
      </div>
      <div class="scroll" tabIndex={0} role="group" aria-label="Details">
        <Stats>
          <Stat name={`Speed${then}`} value={kmh?.value} unit={kmh?.unit ?? ''} tone={tone} />
          <Stat
            name={`Heading${then}`}
            tone={tone}
            value={friend.course === undefined ? undefined : compass(friend.course)}
            unit={friend.course === undefined ? '' : `${String(Math.round(friend.course))}°`}
          />
          <Stat name="Altitude" value={high?.value} unit={high?.unit ?? ''} />
          <Stat name="Accuracy" value={near && `±${near.value}`} unit={near?.unit ?? ''} />
          <Stat
            name={friend.charging ? 'Charging' : friend.full ? 'Battery, full' : 'Battery'}
            value={friend.battery === undefined ? undefined : String(Math.round(friend.battery))}
            unit="%"
            tone={!friend.charging && (friend.battery ?? 100) < 20 ? 'bad' : undefined}
          />
          <Stat
            name="Last fix"
            value={age}
            unit={`${ageUnit} ago`}
            tone={current ? undefined : 'warn'}
          />
        </Stats>
        {children}
        {!app.past.past.value && <SpeedSoFar of={key} colour={entry.colour} now={now} />}
        <section class="part">
          <h3>How we know</h3>
          <HowWeKnow friend={friend} now={now} />
        </section>
        {!app.past.past.value && <PhonePart of={key} />}
      </div>
      <footer>
        <code class="ellipsis" title={topic}>
          {topic}
        </code>
        <CopyButton text={topic} label="Copy the topic" />
      </footer>
    </>
  );
}

function ShareButton({ of }: { of: Key }) {
  const app = useApp();
  if (mayShare(app.visitor, of)) {
    return (
      <button
        type="button"
        class="button"
        onClick={() => {
          app.sharing.value = of;
        }}
      >
        <Icon of={Share2} size={16} />
        Share
      </button>
    );
  }
  const share = () => {
    const url = app.link();
    if ('share' in navigator && matchMedia('(pointer: coarse)').matches) {
      // Dismissing the system's dialog rejects; that is no error.
      navigator.share({ title: document.title, url }).catch(() => undefined);
      return true;
    }
    return false;
  };
  if ('share' in navigator && matchMedia('(pointer: coarse)').matches) {
    return (
      <button type="button" class="button" onClick={share}>
        <Icon of={Share2} size={16} />
        Share
      </button>
    );
  }
  return <CopyButton text={() => app.link()} label="Copy a link to this view" words="Link" />;
}

function SpeedSoFar({ of, colour, now }: { of: string; colour: string; now: number }) {
  const { trails, preferences } = useApp();
  const spots = trails.of(of);
  const points = spots.flatMap((spot) =>
    spot.speed === undefined ? [] : [{ at: spot.at, value: spot.speed }],
  );
  const first = spots[0];
  if (points.length < 3 || !first) return null;
  const fastest = speed(
    Math.max(...points.map((point) => point.value)),
    preferences.settings.value.units,
  );
  return (
    <section class="part">
      <h3>
        Speed
        <span>since {timeText(first.at, now)}</span>
      </h3>
      <Spark
        points={points}
        colour={colour}
        height={56}
        label={`Speed since ${timeText(first.at, now)}, at most ${fastest.value} ${fastest.unit}`}
      />
      <p class="note">
        Up to {fastest.value} {fastest.unit}. Trail and speed are what this page saw since you chose{' '}
        this friend.
      </p>
    </section>
  );
}

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

function HowWeKnow({ friend, now }: { friend: Friend; now: number }) {
  const evidence = evidenceText(friend.presence, friend.evidence);
  const lag =
    friend.at !== undefined && friend.tst !== undefined && friend.ahead === undefined
      ? friend.at - (fixTime(friend) ?? friend.tst)
      : undefined;
  const contact = contactTime(friend);
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
      {evidence !== undefined && (
        <Fact name={friend.presence === 'stale' ? 'Stale' : 'Offline'} tone="warn">
          {evidence}
        </Fact>
      )}
      {contact !== undefined && (
        <Fact name="Last heard">
          {ageText(now - contact)} ago{' '}
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
