/** How somebody signs in, as the server tells it. */
import type { Reply } from '../net/api';

export type Factors = Reply<'GET /me/factors'>;
