/** One crossing in a list: who, which way, when, and by whose word. */
import { LogIn, LogOut } from 'lucide';
import { shortTimeText } from '../../app/ages';
import { useChanges, useLive, useTime, useSelection } from '../../app/context';
import { Icon } from '../../ui/icon';
import { timeOf } from './crossings';
import type { Crossing } from './crossings';
import { useNames } from './pieces';
import { WhereIs } from './whereis';
import { crossingNote } from './wording';

export function CrossingItem({
  crossing,
  without,
}: {
  crossing: Crossing;
  /** What needs not be named, because the whole list is about it. */
  without?: 'who' | 'region';
}) {
  const { world } = useLive();
  const { now } = useTime();
  const { show } = useSelection();
  const nameOf = useNames();
  // Who crossed an edge may be known a moment later than that they did.
  useChanges(({ keys }) => keys.has(crossing.thing));
  const note = crossingNote(crossing);
  const entered = crossing.event === 'enter';
  const region = crossing.region;
  const who = nameOf(crossing.thing);
  const went = entered ? 'Entered' : 'Left';
  const words =
    without === 'who' ? (
      <>
        {went} <b>{crossing.name}</b>
      </>
    ) : without === 'region' ? (
      <>
        <b>{who}</b> {went.toLowerCase()}
      </>
    ) : (
      <>
        <b>{who}</b> {went.toLowerCase()} <b>{crossing.name}</b>
      </>
    );
  // To what the list is not about: from a region to who it was, from a friend to where it was.
  const to = without === 'region' ? crossing.thing : region;
  const exists = to !== undefined && world.get(to) !== undefined;
  return (
    <li
      class="crossing"
      data-crossing={crossing.n}
      data-event={crossing.event}
      data-disputed={note.disputed}
    >
      <button
        type="button"
        disabled={!exists}
        onClick={() => {
          if (to !== undefined) show(to);
        }}
      >
        <Icon of={entered ? LogIn : LogOut} size={16} />
        <span class="what">
          <span>{words}</span>
          <small>{note.text}</small>
          {without !== 'region' && <WhereIs region={region} />}
        </span>
        <time class="number">{shortTimeText(timeOf(crossing), now.value)}</time>
      </button>
    </li>
  );
}
