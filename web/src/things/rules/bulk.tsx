/** All rules of one's own as one text: to be copied out, changed, and brought in after a look at what changes. */
import { plural, t } from '@lingui/core/macro';
import { ChevronLeft } from 'lucide';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { useServer } from '../../app/context';
import { ActButton } from '../../ui/actbutton';
import { CopyButton } from '../../ui/copy';
import { DocLink } from '../../ui/doclink';
import { failureOf } from '../../ui/failure';
import { Icon } from '../../ui/icon';
import { Card } from '../../ui/section';
import type { Names } from './phrases';
import { ruleServer } from './requests';
import type { Looked, TextChange } from './requests';
import { shortText } from './sentence';
import { TextField } from './textfield';
import { wrongOf } from './troubles';
import { useRuleNames } from './usenames';

/** Milliseconds of rest before what is typed is read. */
const REST = 400;

export function AllAsText({ close }: { close(): void }) {
  const server = useServer();
  const rules = useMemo(() => ruleServer(server), [server]);
  const [text, setText] = useState('');
  const [looked, setLooked] = useState<{ of: string; found: Looked } | null>(null);
  const [why, setWhy] = useState('');
  const newest = useRef('');
  const look = (typed: string) => {
    rules.look(typed).then(
      (found) => {
        if (newest.current !== typed) return;
        setWhy('');
        setLooked({ of: typed, found });
      },
      (error: unknown) => {
        if (newest.current === typed) setWhy(failureOf(error, Date.now()).why);
      },
    );
  };
  const set = (typed: string) => {
    newest.current = typed;
    setText(typed);
  };
  const fetch = () => {
    const before = newest.current;
    rules.all().then(
      (all) => {
        if (newest.current !== before) return; // what was typed meanwhile stays
        set(all);
        setWhy('');
      },
      (error: unknown) => {
        setWhy(failureOf(error, Date.now()).why);
      },
    );
  };
  useEffect(fetch, []);
  useEffect(() => {
    const timer = setTimeout(() => {
      look(text);
    }, REST);
    return () => {
      clearTimeout(timer);
    };
  }, [text]);
  const current = looked?.of === text ? looked.found : null;
  return (
    <div class="rule-editor" role="group" aria-label={t`All rules as text`} data-editor="text">
      <header class="rule-head">
        <button type="button" class="icon-button" aria-label={t`Back to the rules`} onClick={close}>
          <Icon of={ChevronLeft} />
        </button>
        <h2>{t`All rules as text`}</h2>
      </header>
      <div class="rule-editor-in">
        <section class="card rule-made" aria-label={t`Your rules`}>
          <p class="said">{t`Copy the text to keep it or to take it elsewhere. Change it here, or put in another one: nothing happens before you have seen what would change.`}</p>
          <TextField
            label={t`Your rules as text`}
            value={text}
            errors={current?.errors ?? []}
            rows={8}
            set={set}
          />
          {why !== '' && (
            <p class="rule-wrong" role="alert">
              {why}
            </p>
          )}
          <div class="rule-text-acts">
            <CopyButton text={text} label={t`Copy the text`} words={t`Copy`} />
            <button
              type="button"
              class="button"
              onClick={fetch}
            >{t`My rules as they are now`}</button>
            <DocLink to="ruleText">{t`How rules are written`}</DocLink>
          </div>
        </section>
        <Card name={t`What would change`} class="rule-trial">
          <Changes
            looked={current}
            bring={async (changes) => {
              await rules.bring(changes);
              close();
            }}
          />
        </Card>
      </div>
    </div>
  );
}

function Changes({
  looked,
  bring,
}: {
  looked: Looked | null;
  bring(changes: readonly TextChange[]): Promise<void>;
}) {
  const names = useRuleNames();
  if (!looked) return <p class="muted" role="status">{t`Looking…`}</p>;
  const { changes, errors, left_out: others, room } = looked;
  const wanted = changes.filter(({ change }) => change !== 'same');
  const fresh = wanted.filter(({ change }) => change === 'new').length;
  const troubled = wanted.some(({ trouble }) => trouble.length > 0);
  const over = fresh - room;
  const blocked = errors.length > 0 || troubled || over > 0;
  return (
    <div class="rule-stack" data-changes={wanted.length} data-blocked={blocked || undefined}>
      {wanted.length === 0 && errors.length === 0 && (
        <p class="muted" role="status">{t`Nothing: the text says what your rules are.`}</p>
      )}
      <ul class="rule-changes">
        {wanted.map((each) => (
          <ChangeRow key={each.line} of={each} names={names} />
        ))}
      </ul>
      {errors.length > 0 && (
        <p class="rule-wrong">
          {plural(errors.length, {
            one: 'One line is no rule: see below the text.',
            other: '# lines are no rules: see below the text.',
          })}
        </p>
      )}
      {over > 0 && (
        <p class="rule-wrong">
          {plural(room, {
            one: 'There is room for one more rule only.',
            other: 'There is room for # more rules only.',
          })}
        </p>
      )}
      {others > 0 && (
        <p class="note">
          {plural(others, {
            one: 'One rule of yours is not in the text: it stays as it is.',
            other: '# rules of yours are not in the text: they stay as they are.',
          })}
        </p>
      )}
      {wanted.length > 0 && !blocked && (
        <ActButton
          primary
          words={plural(wanted.length, { one: 'Bring in one rule', other: 'Bring in # rules' })}
          act={() => bring(wanted)}
        />
      )}
    </div>
  );
}

function ChangeRow({
  of: { line, change, rule, trouble },
  names,
}: {
  of: TextChange;
  names: Names;
}) {
  const said = shortText(rule, names);
  return (
    <li data-change={change} data-line={line}>
      <span class="pill" data-tone={change === 'new' ? 'ok' : 'warn'}>
        <i aria-hidden="true" />
        {change === 'new' ? t`New` : t`Changed`}
      </span>
      <span>
        <b>{rule.name === '' ? said : rule.name}</b>
        {rule.name !== '' && <small>{said}</small>}
        {!rule.enabled && <small>{t`Switched off`}</small>}
        {wrongOf(trouble, rule.condition).map(({ words }) => (
          <span key={words} class="rule-wrong">
            {t`Line ${line}: ${words}`}
          </span>
        ))}
      </span>
    </li>
  );
}
