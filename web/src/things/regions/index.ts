/** Regions: areas of the map that people enter and leave. */
import { t } from '@lingui/core/macro';
import type { Kind } from '../kind';
import { RegionDrawer } from './drawer';
import { readRegion } from './read';

export const region: Kind = {
  name: 'region',
  read: readRegion,
  Drawer: RegionDrawer,
  isArea: true,
  granted: { label: () => t`All regions`, within: () => t`all regions`, rights: ['see'] },
};
