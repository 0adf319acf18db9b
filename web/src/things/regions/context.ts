/** Regions: editing them, who is in them, and the news of crossings. */
import { part } from '../../ui/part';
import type { Notifications } from './notifications';
import type { RegionService } from './service';
import type { Stays } from './stays';

export interface Regions {
  readonly regions: RegionService;
  readonly stays: Stays;
  readonly notifications: Notifications;
}

export const [RegionsProvider, useRegions] = part<Regions>('the regions');
