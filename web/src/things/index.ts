/** Every kind that appears in the roster, by the name the wire has for it. Add a kind: add a line. */
import type { Thing } from '../net/protocol';
import type { Entry } from './entry';
import { summariseFriend } from './friends/summary';
import { summariseProBot } from './probots/summary';

export const SUMMARIES: Readonly<Record<string, ((thing: Thing) => Entry) | undefined>> = {
  friend: summariseFriend,
  probot: summariseProBot,
};
