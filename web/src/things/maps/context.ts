/** The maps that the server offers. */
import { part } from '../../ui/part';
import type { OfferedMaps } from './offer';

export const [MapsProvider, useMaps] = part<OfferedMaps>('the maps of the server');
