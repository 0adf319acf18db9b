/** Who is told about somebody: for whoever is watched, and for admins. */
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useKind, useWho } from '../../app/context';
import { Person } from '../../app/people';
import { covers } from '../../app/visitor';
import { keyOf } from '../../app/world';
import type { Key } from '../../app/world';
import { Card } from '../../ui/section';
import { readRule, watches } from './read';
import type { Rule } from './read';
import { shortText } from './sentence';
import { RuleSign } from './sign';
import { useRuleNames } from './usenames';
import './rules.css';

/** The rules that watch one of these things. */
function useWatching(keys: readonly Key[]): readonly Rule[] {
  return useKind('rule')
    .map(readRule)
    .filter((rule) => keys.some((key) => watches(rule, key)));
}

/** In the details of a friend: who is told about them. */
export function WatchedBy({ of }: { of: Key }) {
  const { visitor } = useWho();
  const rules = useWatching([of]);
  const mine = covers(visitor.rights.own, of);
  return (
    <section class="part" data-watched={rules.length}>
      <h3>
        {mine ? t`Who is told about you` : t`Who is told about them`}
        {rules.length > 0 && <span>{rules.length}</span>}
      </h3>
      <WatchList rules={rules} />
    </section>
  );
}

/** On the page of rules and of the account: who is told about any of one’s own devices. */
export function Watching() {
  const { visitor } = useWho();
  const friends = useKind('friend').map(({ id }) => keyOf('friend', id));
  const own = friends.filter((key) => covers(visitor.rights.own, key));
  const rules = useWatching(own).filter(({ owner }) => owner !== visitor.name);
  if (own.length === 0) return null;
  return (
    <Card name={t`Who is told about you`} class="wide rule-watched">
      <p class="said muted">{t`Whoever has a rule that watches you, you see it here: of what they are told, and who.`}</p>
      <WatchList rules={rules} />
    </Card>
  );
}

function WatchList({ rules }: { rules: readonly Rule[] }) {
  const names = useRuleNames();
  if (rules.length === 0) return <p class="muted">{t`No rule of others watches you.`}</p>;
  return (
    <ul class="rule-watchers">
      {rules.map((rule) => (
        <li key={rule.key} data-rule={rule.key} data-enabled={rule.enabled}>
          <RuleSign of={rule} />
          <span>
            {shortText(rule, names)}
            <small>
              {rule.enabled ? (
                <Trans>
                  A rule of <Person account={rule.owner} />
                </Trans>
              ) : (
                <Trans>
                  A rule of <Person account={rule.owner} />, switched off
                </Trans>
              )}
            </small>
          </span>
        </li>
      ))}
    </ul>
  );
}
