/** The rules that are there, by owner; and on an empty page the commonest ones to begin with. */
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useEffect, useState } from 'preact/hooks';
import { useKind, useLive, useServer, useWho } from '../../app/context';
import { Person } from '../../app/people';
import { isAdmin } from '../../app/visitor';
import { customs, shownZone } from '../../ui/customs';
import { Card } from '../../ui/section';
import { readRegion } from '../regions/read';
import { ruleServer } from './requests';
import { kindIn } from './conditions';
import { copyOf } from './draft';
import { countryHere } from './hours';
import type { Draft } from './model';
import { draftOf, lastFired, readRule } from './read';
import type { Rule } from './read';
import { RuleRow } from './row';
import { RuleSign } from './sign';
import { shortText } from './sentence';
import { subjectsOf } from './subjects';
import { templatesOf } from './templates';
import { useKnown, useRuleNames } from './usenames';
import { Watching } from './watchers';
import './list.css';

/** For so many milliseconds a removal can be undone. */
const UNDO = 15_000;

export function RuleList({
  begin,
  unfinished,
}: {
  begin(draft: Draft): void;
  unfinished: { go(): void; drop(): void } | null;
}) {
  const { ready } = useLive();
  const { visitor } = useWho();
  const rules = useKind('rule').map(readRule);
  const fired = lastFired(useKind('alert'));
  const removal = useRemoval();
  const mine = rules.filter(({ owner }) => owner === visitor.name);
  const others = isAdmin(visitor) ? rules.filter(({ owner }) => owner !== visitor.name) : [];
  const toldMe = rules.filter(
    ({ owner, tell }) =>
      owner !== visitor.name && tell.some(({ account }) => account === visitor.name),
  );
  const owners = [...new Set(others.map(({ owner }) => owner))].sort();
  const rows = (of: readonly Rule[], edits = true) => (
    <ul class="rule-list">
      {[...of]
        .sort((a, b) => b.at - a.at)
        .map((rule) => (
          <RuleRow
            key={rule.key}
            rule={rule}
            fired={fired.get(rule.key)}
            edits={edits}
            edit={() => {
              begin(draftOf(rule));
            }}
            copy={() => {
              begin(copyOf(draftOf(rule)));
            }}
            remove={() => removal.remove(rule)}
          />
        ))}
    </ul>
  );
  return (
    <>
      {unfinished && <Unfinished {...unfinished} />}
      {removal.removed && <Undo removed={removal.removed} undo={removal.undo} />}
      {mine.length > 0 && <Card name={t`Your rules`}>{rows(mine)}</Card>}
      {ready.value && <Templates begin={begin} first={mine.length === 0} />}
      {toldMe.length > 0 && owners.length === 0 && (
        <Card name={t`Rules of others that tell you`}>{rows(toldMe, false)}</Card>
      )}
      {owners.map((owner) => (
        <section key={owner} class="card" data-owner={owner}>
          <header>
            <h2>
              <Trans>
                Rules of <Person account={owner} />
              </Trans>
            </h2>
          </header>
          {rows(others.filter((rule) => rule.owner === owner))}
        </section>
      ))}
      <Watching />
    </>
  );
}

/** A rule that was begun, and left to look at something else. */
function Unfinished({ go, drop }: { go(): void; drop(): void }) {
  return (
    <div class="rule-notice" role="status">
      <span>{t`You have begun a rule that is not saved.`}</span>
      <button type="button" class="button primary" onClick={go}>{t`Go on with it`}</button>
      <button type="button" class="button" onClick={drop}>{t`Throw away`}</button>
    </div>
  );
}

interface Removal {
  readonly removed: Rule | null;
  remove(rule: Rule): Promise<void>;
  undo(): Promise<void>;
}

/** Removing at once, and a while to undo it: what comes back is the same rule under a new number. */
function useRemoval(): Removal {
  const server = useServer();
  const [removed, setRemoved] = useState<Rule | null>(null);
  useEffect(() => {
    if (removed === null) return;
    const timer = setTimeout(() => {
      setRemoved(null);
    }, UNDO);
    return () => {
      clearTimeout(timer);
    };
  }, [removed]);
  return {
    removed,
    async remove(rule) {
      await ruleServer(server).remove(rule.key, rule.version);
      setRemoved(rule);
    },
    async undo() {
      if (removed) await ruleServer(server).save({ ...draftOf(removed), edited: null });
      setRemoved(null);
    },
  };
}

function Undo({ removed, undo }: { removed: Rule; undo(): Promise<void> }) {
  const names = useRuleNames();
  const [why, setWhy] = useState('');
  const said = removed.name === '' ? shortText(removed, names) : removed.name;
  return (
    <div class="rule-notice" role="status" data-removed={removed.key}>
      <span>
        {t`Removed: ${said}`}
        {why !== '' && <span class="rule-wrong">{why}</span>}
      </span>
      <button
        type="button"
        class="button"
        onClick={() => {
          undo().catch((error: unknown) => {
            setWhy(error instanceof Error ? error.message : String(error));
          });
        }}
      >{t`Undo`}</button>
    </div>
  );
}

function Templates({ begin, first }: { begin(draft: Draft): void; first: boolean }) {
  const { visitor } = useWho();
  const known = useKnown();
  const regions = useKind('region').map(readRegion);
  const kinds = new Set([...known.keys()].map(kindIn));
  const templates = templatesOf({
    me: visitor.name,
    regions,
    friends: subjectsOf('friend', known, []).map(({ word }) => word),
    robots: kinds.has('probot'),
    brokers: kinds.has('broker'),
    country: countryHere(customs.value.locale, shownZone()),
  });
  return (
    <Card
      name={first ? t`What do you want to be told?` : t`More to begin with`}
      class="rule-templates"
    >
      {first && (
        <p class="said">{t`Begin with one of these, or with a new rule of your own. Before you switch it on you see what it would have told in the last 30 days.`}</p>
      )}
      <div class="rule-template-grid">
        {templates.map(({ id, title, text, draft }) => (
          <button
            key={id}
            type="button"
            class="rule-template"
            data-template={id}
            onClick={() => {
              begin(draft);
            }}
          >
            <RuleSign of={draft} />
            <span>
              <b>{title}</b>
              <small>{text}</small>
            </span>
          </button>
        ))}
      </div>
    </Card>
  );
}
