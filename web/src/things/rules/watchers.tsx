/** Who is told about somebody: for anybody who is watched, and for admins. */
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useKind, useWho } from '../../app/context';
import { Person } from '../../app/people';
import { covers, isAdmin } from '../../app/visitor';
import { keyOf } from '../../app/world';
import type { Key } from '../../app/world';
import { Card } from '../../ui/section';
import { readServer } from '../server/read';
import type { Wishes } from './model';
import type { Names } from './phrases';
import { readRule, readWatch, watches, wishesOfWatch } from './read';
import { shortText } from './sentence';
import { RuleSign } from './sign';
import { useRuleNames } from './usenames';
import './rules.css';
import './watchers.css';

/** A rule that watches somebody, as much of it as this visitor is told. */
interface Watcher {
  readonly key: Key;
  readonly owner: string;
  readonly wishes: Wishes;
}

/** The rules that watch one of these things: of others all that one is told, as an admin all there are. */
function useWatchers(keys: readonly Key[]): readonly Watcher[] {
  const { visitor } = useWho();
  const rules = useKind('rule').map(readRule);
  const told = useKind('watch').map(readWatch);
  const seen = rules.map(({ key, owner, ...wishes }) => ({ key, owner, wishes }));
  const whole = isAdmin(visitor) ? seen : seen.filter(({ owner }) => owner === visitor.name);
  const known = new Set(whole.map(({ key }) => key));
  const only = told
    .filter(({ rule }) => !known.has(rule))
    .map((watch) => ({ key: watch.key, owner: watch.owner, wishes: wishesOfWatch(watch) }));
  return [...whole, ...only].filter(({ wishes }) => keys.some((key) => watches(wishes, key)));
}

/** In the details of a friend: who is told about them. */
export function WatchedBy({ of }: { of: Key }) {
  const { visitor } = useWho();
  const watchers = useWatchers([of]);
  const mine = covers(visitor.rights.own, of);
  return (
    <section class="part" data-watched={watchers.length}>
      <h3>
        {mine ? t`Who is told about you` : t`Who is told about them`}
        {watchers.length > 0 && <span>{watchers.length}</span>}
      </h3>
      {mine && <Hidden />}
      <WatchList watchers={watchers} none={t`Nobody.`} />
    </section>
  );
}

/** On the page of rules and of the account: who else is told about any of one’s own devices. */
export function Watching() {
  const { visitor } = useWho();
  const friends = useKind('friend').map(({ id }) => keyOf('friend', id));
  const own = friends.filter((key) => covers(visitor.rights.own, key));
  const watchers = useWatchers(own).filter(({ owner }) => owner !== visitor.name);
  if (own.length === 0) return null;
  return (
    <Card name={t`Who is told about you`} class="wide rule-watched">
      <p class="said muted">{t`Rules of others that watch you: of what they tell, and whom.`}</p>
      <Hidden />
      <WatchList watchers={watchers} none={t`No rule of others is shown.`} />
    </Card>
  );
}

/** Said where the settings of the server have it that nobody is shown which rules watch them. */
function Hidden() {
  const [thing] = useKind('server');
  if (thing === undefined || !readServer(thing).rules_hidden) return null;
  return (
    <p
      class="rule-hidden"
      role="note"
    >{t`On this server people are not shown which rules of others watch them: its admins have decided so. There may be some.`}</p>
  );
}

/** The names, but for what those who are watched are not told. */
function discreet(names: Names): Names {
  return {
    ...names,
    thing: (key) => (key === '' ? t`somebody else` : names.thing(key)),
    region: (id) => (id === '' ? t`a place` : names.region(id)),
  };
}

function WatchList({ watchers, none }: { watchers: readonly Watcher[]; none: string }) {
  const names = discreet(useRuleNames());
  if (watchers.length === 0) return <p class="muted">{none}</p>;
  return (
    <ul class="rule-watchers">
      {watchers.map(({ key, owner, wishes }) => (
        <li key={key} data-watcher={key} data-enabled={wishes.enabled}>
          <RuleSign of={wishes} />
          <span>
            {shortText(wishes, names)}
            <small>
              {wishes.enabled ? (
                <Trans>
                  A rule of <Person account={owner} />
                </Trans>
              ) : (
                <Trans>
                  A rule of <Person account={owner} />, switched off
                </Trans>
              )}
            </small>
          </span>
        </li>
      ))}
    </ul>
  );
}
