/** What may be said of a robot now, for components. */
import { useTime } from '../../app/context';
import { useRoster } from '../context';
import type { Freshness } from '../freshness';
import { robotFreshness } from './read';
import type { ProBot } from './read';

/** Drawn anew when a link is lost; robots are heard, or found silent, often enough to age by that. */
export function useRobotFreshness(): (robot: ProBot) => Freshness {
  const { linksShown } = useRoster();
  const { clock } = useTime();
  const links = linksShown.value;
  return (robot) => robotFreshness(robot, links, clock.seconds());
}
