/** The phones that are being added, for components. */
import { part } from '../../../ui/part';
import type { NewPhones } from './newphones';

export const [NewPhonesProvider, useNewPhones] = part<NewPhones>('the phones that are added');
