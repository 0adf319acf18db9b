/** What the page of rules asks the server: to try a rule, keep it, remove it. */
import type { Server } from '../../app/context';
import type { Key } from '../../app/world';
import { wishesOf } from './draft';
import type { Draft, Wishes } from './model';
import type { Trial } from './model';

/** Days of the past that a rule is tried on. */
export const DAYS = 30;

export interface Saved {
  readonly thing: Key;
  readonly version: number;
}

export interface RuleServer {
  tryOut(rule: Wishes): Promise<Trial>;
  save(draft: Draft): Promise<Saved>;
  remove(key: Key, version: number): Promise<void>;
  /** For how many seconds a device is usually silent at most; undefined while that is not learned. */
  usual(thing: Key): Promise<number | undefined>;
}

export function ruleServer({ api, requests }: Pick<Server, 'api' | 'requests'>): RuleServer {
  return {
    tryOut: (rule) => api.post('rules/try', { rule, days: DAYS }),
    save(draft) {
      const { edited } = draft;
      const about = edited === null ? {} : { thing: edited.key, version: edited.version };
      return requests.ask('rule', { ...wishesOf(draft), ...about });
    },
    async remove(thing, version) {
      await requests.ask('unrule', { thing, version });
    },
    async usual(thing) {
      return (await api.get('rules/usual', { thing })).usual;
    },
  };
}
