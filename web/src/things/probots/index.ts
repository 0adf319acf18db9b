/** ProBots: balancing robots. They have no position. */
import { t } from '@lingui/core/macro';
import type { Kind } from '../kind';
import { RobotHeadline, RobotPanel } from './panel';
import { readProBot } from './read';
import { summariseProBot } from './summary';

export const probot: Kind = {
  name: 'probot',
  read: readProBot,
  listed: {
    group: {
      id: 'robots',
      get title() {
        return t`Robots`;
      },
    },
    summarise: summariseProBot,
  },
  details: { Headline: RobotHeadline, Panel: RobotPanel, sharedFromHead: true },
  isMachine: true,
  granted: { label: () => t`All robots`, within: () => t`all robots`, rights: ['see', 'drive'] },
};
