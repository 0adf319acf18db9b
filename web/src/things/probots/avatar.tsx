/** The picture of a robot. */
import { useThing } from '../../app/context';
import { keyOf } from '../../app/world';
import { Avatar } from '../../ui/avatar';
import { faceOf } from '../../ui/face';
import type { ProBot } from './read';

export function RobotAvatar({ robot, large = false }: { robot: ProBot; large?: boolean }) {
  const picture = faceOf(useThing(keyOf('picture', robot.id)));
  return (
    <Avatar
      colour="robot"
      initials=""
      presence={robot.heard === undefined ? 'offline' : robot.presence}
      robot
      large={large}
      face={picture}
    />
  );
}
