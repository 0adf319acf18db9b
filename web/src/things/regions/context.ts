/** Regions: editing them, who is in them, and the news of transitions. */
import { part } from '../../ui/part';
import type { Notifications } from './notifications';
import type { RegionService } from './service';
import type { Visits } from './visits';

export interface Regions {
  readonly regions: RegionService;
  readonly visits: Visits;
  readonly notifications: Notifications;
}

export const [RegionsProvider, useRegions] = part<Regions>('the regions');
