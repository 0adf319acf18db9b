/** Driving, for the components that take part in it. */
import { part } from '../../../ui/part';
import type { Driver } from './driver';
import type { History } from './history';
import type { Stopper } from './stopper';

export interface Driving {
  readonly driver: Driver;
  readonly stopper: Stopper;
  readonly history: History;
  /** Stop the robot whose page is open, or all of them. Anybody may, at any time. */
  stopNow(): void;
}

export const [DrivingProvider, useDriving] = part<Driving>('driving');
