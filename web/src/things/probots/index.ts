/** ProBots: balancing robots. They have no position. */
import type { Kind } from '../kind';
import { RobotHeadline, RobotPanel } from './panel';
import { readProBot } from './read';
import { summariseProBot } from './summary';

export const probot: Kind = {
  name: 'probot',
  read: readProBot,
  listed: { group: { id: 'robots', title: 'Robots' }, summarise: summariseProBot },
  details: { Headline: RobotHeadline, Panel: RobotPanel, sharedFromHead: true },
  isMachine: true,
  granted: { label: () => 'All robots', within: () => 'all robots', rights: ['see', 'drive'] },
};
