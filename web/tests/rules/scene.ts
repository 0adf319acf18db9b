/** Names and rules that the tests share. */
import { newDraft } from '../../src/things/rules/draft';
import { FORMS } from '../../src/things/rules/conditions';
import type { ConditionType, Draft } from '../../src/things/rules/model';
import type { Names } from '../../src/things/rules/phrases';

const CALLED: Readonly<Record<string, string>> = {
  'friend/jane/phone': 'Jane',
  'friend/jane': 'Jane',
  'friend/bob/phone': 'Bob',
  'probot/ProBot1': 'ProBot 1',
};

export const names: Names = {
  thing: (key) => CALLED[key] ?? key,
  region: (id) => ({ school: 'School', home: 'Home' })[id] ?? id,
  account: (name) => ({ bob: 'Bob' })[name] ?? name,
  me: 'jane',
};

export function rule(type: ConditionType, more: Partial<Draft['condition']> = {}): Draft {
  const about = { friend: ['friend/jane'], probot: ['probot/ProBot1'], broker: ['broker'] };
  const [kind = 'friend'] = FORMS[type].about;
  const words = type === 'number' ? ['broker/main'] : about[kind as keyof typeof about];
  const condition = { ...FORMS[type].begins, ...more } as Draft['condition'];
  return newDraft('jane', words, { condition });
}
