/** The round (or, for robots, square) picture of a thing, with a dot for its presence. */
import { Bot } from 'lucide';
import { useEffect, useState } from 'preact/hooks';
import type { Presence } from '../net/protocol';
import { Icon } from './icon';

/** A picture that could not be had is asked for again after so many milliseconds. */
const AGAIN = 30_000;

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
  const { colour, initials, presence, robot, large = false, small = false } = props;
  const [face, failed] = useFace(props.face);
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
        <img src={face} alt="" onError={failed} />
      )}
      <i class="presence" />
    </span>
  );
}

/** The picture, unless it cannot be had just now (the server is away): then there are initials. */
function useFace(face: string | undefined): [face: string | undefined, failed: () => void] {
  const [missing, setMissing] = useState<string>();
  useEffect(() => {
    if (missing === undefined) return undefined;
    const timer = setTimeout(() => {
      setMissing(undefined);
    }, AGAIN);
    return () => {
      clearTimeout(timer);
    };
  }, [missing]);
  return [face === missing ? undefined : face, () => setMissing(face)];
}
