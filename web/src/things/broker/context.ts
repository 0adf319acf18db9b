/** The brokers' logs, for the page that shows them. */
import { part } from '../../ui/part';
import type { BrokerLog } from './log';

export const [BrokerLogProvider, useBrokerLog] = part<BrokerLog>('the log of the brokers');
