/** The time that is looked at. */
import { part } from '../ui/part';
import type { TimeTravel } from './timetravel';

export const [PastProvider, usePast] = part<TimeTravel>('the past');
