/** A friend in detail: where, how fast, how we know, and since when. */
import { t } from '@lingui/core/macro';
import { useTime } from '../../app/context';
import type { Thing } from '../../net/protocol';
import { usePast } from '../../past/context';
import { CopyButton } from '../../ui/copy';
import { AlertsOf } from '../alerts/later';
import { TellOf } from '../rules/tellwhen';
import { useFreshness, useRoster } from '../context';
import type { Entry } from '../entry';
import { freshnessText } from '../freshnesstext';
import { useRegions } from '../regions/context';
import { PlacesOf, TodayOf } from '../regions/ofthing';
import { useWhere } from '../localities/where';
import { FriendActions } from './actions';
import { AskPast } from './askpast';
import { DoubtfulFixes } from './doubtful';
import { HowWeKnow } from './evidence';
import { MessagesOf } from './messages';
import { PhonePart } from './phonepart';
import { PhotosOf } from './photos';
import { ExplainedTerm, termOf } from '../explainedterm';
import { readFriend } from './read';
import { PrintDay } from './printday';
import { SpeedSoFar } from './speed';
import { FriendStats } from './stats';

export function FriendHeadline({ thing, entry }: { thing: Thing; entry: Entry }) {
  const { now } = useTime();
  const { placeText } = useRoster();
  const { visits } = useRegions();
  const friend = readFriend(thing);
  const fresh = useFreshness(entry);
  const address = useWhere(entry.position?.lat, entry.position?.lon);
  const place = entry.position ? placeText(entry) : friend.device;
  // A region that they are in is what people call it; the address stands below, with the fix.
  const where = address !== '' && [...visits.of(entry.key)].length === 0 ? address : place;
  return (
    <p>
      <span class="pill" data-tone={fresh.tone}>
        <i />
        <ExplainedTerm of={termOf(fresh.tone, entry.presence)}>
          {freshnessText(fresh, now.value)}
        </ExplainedTerm>
      </span>
      <span class="ellipsis">{where}</span>
    </p>
  );
}

export function FriendPanel({ thing, entry }: { thing: Thing; entry: Entry }) {
  const now = useTime().now.value;
  const past = usePast().past.value;
  const friend = readFriend(thing);
  const fresh = useFreshness(entry);
  const { key } = entry;
  const topic = `owntracks/${thing.id}`;
  return (
    <>
      <FriendActions of={key} placed={friend.lat !== undefined} />
      <div class="scroll" tabIndex={0} role="group" aria-label={t`Details`}>
        <FriendStats friend={friend} fresh={fresh} />
        <AlertsOf of={key} />
        {!past && <TellOf of={key} />}
        {past && <AskPast of={key} />}
        {past && <PrintDay name={entry.name} />}
        <PlacesOf of={key} said={friend.regions} />
        <TodayOf of={key} />
        <PhotosOf of={key} />
        {!past && <SpeedSoFar of={key} colour={entry.colour} now={now} />}
        <DoubtfulFixes of={key} />
        <section class="part">
          <h3>{t`How we know`}</h3>
          <HowWeKnow friend={friend} fresh={fresh} now={now} />
        </section>
        {!past && <MessagesOf of={key} />}
        {!past && <PhonePart of={key} />}
      </div>
      <footer>
        <code class="ellipsis" title={topic}>
          {topic}
        </code>
        <CopyButton text={topic} label={t`Copy the topic`} />
      </footer>
    </>
  );
}
