/** The round (or, for robots, square) picture of a thing, with a dot for its presence. */
import { Bot } from 'lucide';
import type { Presence } from '../net/protocol';
import { Icon } from './icon';

export interface AvatarProps {
  readonly colour: string;
  readonly initials: string;
  readonly presence: Presence;
  readonly robot: boolean;
  readonly face?: string | undefined;
  readonly large?: boolean;
  readonly small?: boolean;
}

export function Avatar(props: AvatarProps) {
  const { colour, initials, presence, robot, face, large = false, small = false } = props;
  return (
    <span
      class={`avatar${robot ? ' robot' : ''}${large ? ' large' : small ? ' small' : ''}`}
      data-presence={presence}
      style={{ '--c': `var(--${colour})` }}
      aria-hidden="true"
    >
      {face === undefined ? (
        robot ? (
          <Icon of={Bot} size={large ? 26 : small ? 15 : 20} />
        ) : (
          initials
        )
      ) : (
        <img src={face} alt="" />
      )}
      <i class="presence" />
    </span>
  );
}
