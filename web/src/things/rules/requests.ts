/** What the page of rules asks the server: to try a rule, keep it, remove it. */
import type { Server } from '../../app/context';
import type { Key } from '../../app/world';
import type { RulesRead, TextError } from '../../generated';
import type { Read } from '../../net/shape';
import { wishesOf } from './draft';
import type { Draft, Wishes } from './model';
import type { Trial } from './model';

/** Days of the past that a rule is tried on. */
export const DAYS = 30;

export interface Saved {
  readonly thing: Key;
  readonly version: number;
}

export type Looked = Omit<Read<RulesRead>, 'ok'>;
export type TextChange = Looked['changes'][number];

export interface RuleServer {
  tryOut(rule: Wishes): Promise<Trial>;
  save(draft: Draft): Promise<Saved>;
  remove(key: Key, version: number): Promise<void>;
  /** A rule as a line of text. */
  write(rule: Wishes): Promise<string>;
  /** The rule that a text says, or where it says none. */
  readOne(text: string): Promise<{ rule: Wishes } | { errors: readonly TextError[] }>;
  /** All rules of one's own as one text. */
  all(): Promise<string>;
  /** What bringing in a text would change. */
  look(text: string): Promise<Looked>;
  /** Bring in rules, all or none. */
  bring(changes: readonly TextChange[]): Promise<void>;
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
    async write(rule) {
      return (await api.post('rules/text', rule)).text;
    },
    async readOne(text) {
      const { changes, errors } = await api.post('rules/read', { text, one: true });
      const [found] = changes;
      return found ? { rule: found.rule } : { errors };
    },
    async all() {
      return (await api.get('rules/text')).text;
    },
    look: (text) => api.post('rules/read', { text }),
    async bring(changes) {
      const rules = changes.map(({ rule, thing, version }) => ({
        ...rule,
        ...(thing === undefined ? {} : { thing, version }),
      }));
      await requests.ask('rules', { rules });
    },
    async usual(thing) {
      return (await api.get('rules/usual', { thing })).usual;
    },
  };
}
