/** The picture of a robot. */
import { useThing } from '../../app/context';
import { keyOf } from '../../app/world';
import { Avatar } from '../../ui/avatar';
import { faceOf } from '../../ui/face';
import type { Freshness } from '../freshness';
import type { ProBot } from './read';

interface RobotAvatarProps {
  readonly robot: ProBot;
  readonly fresh: Freshness;
  readonly large?: boolean;
}

export function RobotAvatar({ robot, fresh, large = false }: RobotAvatarProps) {
  const picture = faceOf(useThing(keyOf('picture', robot.id)));
  return (
    <Avatar
      colour="robot"
      initials=""
      presence={fresh.presence}
      robot
      large={large}
      face={picture}
    />
  );
}
