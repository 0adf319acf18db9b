/** Choosing what must happen. */
import { t } from '@lingui/core/macro';
import { Icon } from '../../ui/icon';
import type { ChoiceProps } from './choice';
import { FORMS, TYPES } from './conditions';
import type { SubjectKind } from './conditions';
import { conditionWords, kindWords } from './conditionwords';
import { withType } from './draft';
import { SIGNS } from './sign';

const GROUPS: readonly SubjectKind[] = ['friend', 'probot', 'broker'];

export function WhatChoice({ draft, change }: ChoiceProps) {
  const words = conditionWords();
  const headings = kindWords();
  const now = draft.condition.type;
  return (
    <div class="rule-what" role="radiogroup" aria-label={t`What happens`}>
      {GROUPS.map((group) => (
        <div key={group} class="rule-what-group">
          <h4>{headings[group]}</h4>
          <div>
            {TYPES.filter((type) => FORMS[type].about[0] === group).map((type) => (
              <label key={type} class="rule-what-row" data-type={type}>
                <input
                  type="radio"
                  name="condition"
                  data-first={type === now || undefined}
                  checked={type === now}
                  onChange={() => {
                    change(withType(draft, type));
                  }}
                />
                <Icon of={SIGNS[type]} size={18} />
                <span>
                  <b>{words[type].title}</b>
                  <small>{words[type].text}</small>
                </span>
              </label>
            ))}
          </div>
        </div>
      ))}
    </div>
  );
}
