/** One transition in a list: who, which way, when, and by whose word. */
import { Trans } from '@lingui/react/macro';
import { LogIn, LogOut } from 'lucide';
import { shortTimeText } from '../../app/ages';
import { useChanges, useLive, useTime, useSelection } from '../../app/context';
import { Icon } from '../../ui/icon';
import { timeOf } from './transitions';
import type { Transition } from './transitions';
import { useNames } from './pieces';
import { WhereIs } from './whereis';
import { transitionNote } from './wording';

export function TransitionItem({
  transition,
  without,
}: {
  transition: Transition;
  /** What needs not be named, because the whole list is about it. */
  without?: 'who' | 'region';
}) {
  const { world } = useLive();
  const { now } = useTime();
  const { show } = useSelection();
  const nameOf = useNames();
  // Who crossed an edge may be known a moment later than that they did.
  useChanges(({ keys }) => keys.has(transition.thing));
  const note = transitionNote(transition);
  const entered = transition.event === 'enter';
  const region = transition.region;
  const who = nameOf(transition.thing);
  const words = <Words who={who} name={transition.name} entered={entered} without={without} />;
  // To what the list is not about: from a region to who it was, from a friend to where it was.
  const to = without === 'region' ? transition.thing : region;
  const exists = to !== undefined && world.get(to) !== undefined;
  return (
    <li
      class="crossing"
      data-crossing={transition.n}
      data-event={transition.event}
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
        <time class="number">{shortTimeText(timeOf(transition), now.value)}</time>
      </button>
    </li>
  );
}

interface WordsProps {
  readonly who: string;
  readonly name: string;
  readonly entered: boolean;
  readonly without: 'who' | 'region' | undefined;
}

/** Who crossed which edge, each a sentence of its own; without what the whole list is about. */
function Words({ who, name, entered, without }: WordsProps) {
  if (without === 'who') {
    return entered ? (
      <Trans>
        Entered <b>{name}</b>
      </Trans>
    ) : (
      <Trans>
        Left <b>{name}</b>
      </Trans>
    );
  }
  if (without === 'region') {
    return entered ? (
      <Trans>
        <b>{who}</b> entered
      </Trans>
    ) : (
      <Trans>
        <b>{who}</b> left
      </Trans>
    );
  }
  return <Crossed who={who} name={name} entered={entered} />;
}

/** "Jane entered Home", with both names in bold. */
export function Crossed({ who, name, entered }: Omit<WordsProps, 'without'>) {
  return entered ? (
    <Trans>
      <b>{who}</b> entered <b>{name}</b>
    </Trans>
  ) : (
    <Trans>
      <b>{who}</b> left <b>{name}</b>
    </Trans>
  );
}
