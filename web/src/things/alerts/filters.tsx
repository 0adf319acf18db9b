/** Which alerts are listed: of whom, by which rule, and for an admin also those of others. */
import { t } from '@lingui/core/macro';
import { orderOf } from '../names';
import { useAlerts } from './count';
import { alertsOf, choicesOf, filtered } from './order';
import type { Filter } from './order';
import { ruleName, useWho } from './pieces';

type Choice = readonly [value: string, words: string];

export function AlertFilters({ filter, choose }: { filter: Filter; choose(filter: Filter): void }) {
  const { present, account } = useAlerts();
  const who = useWho();
  const everything = { thing: '', rule: '', others: filter.others } as const;
  const { things, rules } = choicesOf(filtered(present, everything, account));
  const mine = filtered(present, { ...everything, others: false }, account).length;
  const others = alertsOf(present).length - mine;
  return (
    <div class="alert-filters" role="group" aria-label={t`Which alerts`}>
      <Pick
        name={t`About`}
        all={t`Everything`}
        value={filter.thing}
        choices={named(things, who)}
        choose={(thing) => {
          choose({ ...filter, thing });
        }}
      />
      <Pick
        name={t`Rule`}
        all={t`Every rule`}
        value={filter.rule}
        choices={named(rules, (rule) => ruleWords(ruleName(present, rule), rule))}
        choose={(rule) => {
          choose({ ...filter, rule });
        }}
      />
      {others > 0 && (
        <label class="check">
          <input
            type="checkbox"
            checked={filter.others}
            onChange={(changed) => {
              choose({ ...filter, others: changed.currentTarget.checked });
            }}
          />
          <span>{t`Also those of others (${others})`}</span>
        </label>
      )}
    </div>
  );
}

/** A rule without a name is told from others by its key. */
function ruleWords(name: string, rule: string): string {
  const id = rule.split('/').slice(2).join('/');
  return name === '' ? t`Rule ${id}` : name;
}

function named(keys: readonly string[], words: (key: string) => string): readonly Choice[] {
  return keys
    .map((key) => [key, words(key)] as const)
    .sort(([, a], [, b]) => (orderOf(a) < orderOf(b) ? -1 : 1));
}

function Pick({
  name,
  all,
  value,
  choices,
  choose,
}: {
  name: string;
  all: string;
  value: string;
  choices: readonly Choice[];
  choose(value: string): void;
}) {
  return (
    <label class="pick">
      <span>{name}</span>
      <select
        value={value}
        onChange={(changed) => {
          choose(changed.currentTarget.value);
        }}
      >
        <option value="">{all}</option>
        {choices.map(([each, words]) => (
          <option key={each} value={each}>
            {words}
          </option>
        ))}
      </select>
    </label>
  );
}
