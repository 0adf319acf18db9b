/** The rules: what somebody wants to be told, made and proven here. */
import { t } from '@lingui/core/macro';
import { Plus, TextQuote } from 'lucide';
import { useEffect, useMemo } from 'preact/hooks';
import { useNavigation, useWho } from '../../app/context';
import { AlertTabs } from '../../app/alerttabs';
import type { Key } from '../../app/world';
import { Icon } from '../../ui/icon';
import { lazily } from '../../ui/lazily';
import { SectionPage } from '../../ui/section';
import { Status } from '../server/status';
// Before the sheets of its parts, which are laid out within it.
import './rules.css';
import { FORMS } from './conditions';
import { newDraft, withType } from './draft';
import { Drafts } from './drafts';
import { RuleEditor } from './editor';
import { RuleList } from './list';
import type { Draft } from './model';
import { wanted } from './request';
import type { Wanted } from './request';

/** In the address while a rule is made. */
const EDITOR = 'edit';
/** In the address while all rules are shown as text. */
const TEXT = 'text';
const AllAsText = lazily(async () => (await import('./bulk')).AllAsText);

export function RulesPage() {
  const { visitor } = useWho();
  const { go, tab } = useNavigation();
  const drafts = useMemo(() => new Drafts(visitor), [visitor]);
  const begin = (draft: Draft) => {
    drafts.begin(draft, null);
    go('rules', EDITOR);
  };
  useEffect(() => {
    const asked = wanted.value;
    if (asked === null) return;
    wanted.value = null;
    drafts.begin(draftFor(asked, visitor.name), 'what');
    if (tab.peek() !== EDITOR) go('rules', EDITOR);
  }, [wanted.value]);
  const { making } = drafts;
  const editing = making !== null && tab.value === EDITOR;
  const asText = tab.value === TEXT;
  const close = (kept: Key | null) => {
    drafts.end();
    go('rules');
    if (kept !== null) focusRule(kept);
  };
  return (
    <SectionPage
      status={<Status />}
      name={t`Rules`}
      class={editing || asText ? 'rules rules-editing' : 'rules'}
      about={t`What you want to be told, tried on your own past before it is switched on.`}
    >
      {!editing && !asText && (
        <div class="rule-bar">
          <AlertTabs />
          <button
            type="button"
            class="button"
            onClick={() => {
              go('rules', TEXT);
            }}
          >
            <Icon of={TextQuote} size={16} />
            {t`All as text`}
          </button>
          <button
            type="button"
            class="button primary"
            onClick={() => {
              begin(newDraft(visitor.name));
            }}
          >
            <Icon of={Plus} size={16} />
            {t`New rule`}
          </button>
        </div>
      )}
      {asText ? (
        <AllAsText
          close={() => {
            go('rules');
          }}
        />
      ) : editing ? (
        <RuleEditor making={making} drafts={drafts} close={close} />
      ) : (
        <RuleList
          begin={begin}
          unfinished={
            making && {
              go() {
                go('rules', EDITOR);
              },
              drop() {
                drafts.end();
              },
            }
          }
        />
      )}
    </SectionPage>
  );
}

/** A rule for what somebody pressed "Tell me when…" on. */
function draftFor({ about, region }: Wanted, me: string): Draft {
  if (region === undefined) return newDraft(me, about);
  const draft = withType(newDraft(me, about), 'arrives');
  return { ...draft, condition: { ...FORMS.arrives.begins, region } };
}

/** To the rule that was just kept, once it is in the list. */
function focusRule(key: Key): void {
  const find = (tries: number) => {
    const row = document.querySelector<HTMLElement>(`[data-rule="${CSS.escape(key)}"] input`);
    if (row) row.focus();
    else if (tries > 0) {
      requestAnimationFrame(() => {
        find(tries - 1);
      });
    }
  };
  find(60);
}
