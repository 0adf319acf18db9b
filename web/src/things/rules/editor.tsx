/** Making a rule: the sentence, the choices of the part that is open, and what it would have told. */
import { t } from '@lingui/core/macro';
import { ChevronLeft } from 'lucide';
import { useEffect, useId, useMemo, useRef, useState } from 'preact/hooks';
import { useLive, useServer } from '../../app/context';
import type { Key } from '../../app/world';
import { ErrorLink } from '../../ui/doclink';
import { failureOf } from '../../ui/failure';
import type { Failure } from '../../ui/failure';
import { Icon } from '../../ui/icon';
import { lazily } from '../../ui/lazily';
import { Chips } from '../../ui/tools';
import { ruleServer } from './requests';
import { Choices } from './choices';
import { missingIn } from './draft';
import type { Drafts, Making } from './drafts';
import type { Draft, Slot } from './model';
import type { Names } from './phrases';
import { goneFrom } from './read';
import { sentencesOf, plainText } from './sentence';
import { SentenceView } from './sentenceview';
import type { Verdict } from './texts';
import { TrialView } from './trialview';
import { Trials } from './trials';
import type { TrialState } from './trials';
import { goneText, missingText, wrongOf } from './troubles';
import type { Wrong } from './troubles';
import { useRuleNames } from './usenames';
import './editor.css';

const TextForm = lazily(async () => (await import('./textform')).TextForm);

export function RuleEditor({
  making,
  drafts,
  close,
}: {
  making: Making;
  drafts: Drafts;
  /** It is done with; the key of the rule that was kept. */
  close(kept: Key | null): void;
}) {
  const { draft, open } = making;
  const names = useRuleNames();
  const trials = useTrials(draft);
  const state = trials.state.value;
  const wrong = useWrong(draft, state);
  const saving = useSaving(draft, close);
  const choices = useId();
  const title = draft.edited === null ? t`New rule` : t`Change a rule`;
  return (
    <div
      class="rule-editor"
      role="group"
      aria-label={title}
      data-editor={draft.edited?.key ?? 'new'}
    >
      <Head title={title} drafts={drafts} close={close} />
      <div class="rule-editor-in">
        <div class="rule-made">
          <section class="card rule-card" aria-label={t`The rule`}>
            <Shown making={making} drafts={drafts} />
            {making.text ? (
              <TextForm making={making} drafts={drafts} />
            ) : (
              <SentenceView
                sentences={sentencesOf(draft, names)}
                open={open}
                wrong={new Set(wrong.map(({ slot }) => slot))}
                choices={choices}
                press={(slot) => {
                  drafts.open(open === slot ? null : slot);
                }}
              />
            )}
            <WrongList
              wrong={wrong}
              open={(slot) => {
                drafts.open(slot);
              }}
            />
          </section>
          {open !== null && (
            <Choices
              key={open}
              id={choices}
              slot={open}
              draft={draft}
              change={(next) => {
                drafts.change(next);
              }}
              close={() => {
                focusPart(open);
                drafts.open(null);
              }}
            />
          )}
          <Naming draft={draft} names={names} drafts={drafts} />
        </div>
        <TrialView
          state={state}
          names={names}
          again={() => {
            trials.again(draft);
          }}
        />
        <End draft={draft} saving={saving} text={making.text?.verdict.is ?? 'right'} />
      </div>
    </div>
  );
}

/** As a sentence, or as text: two ways to show and change the same rule. */
function Shown({ making, drafts }: { making: Making; drafts: Drafts }) {
  return (
    <div class="rule-shown">
      <Chips
        label={t`How the rule is shown`}
        of={[
          ['sentence', t`As a sentence`],
          ['text', t`As text`],
        ]}
        value={making.text ? 'text' : 'sentence'}
        set={(as) => {
          drafts.asText(as === 'text');
        }}
      />
    </div>
  );
}

function focusPart(slot: Slot): void {
  document.querySelector<HTMLElement>(`.rule-part[data-slot="${slot}"]`)?.focus();
}

/** Try the rule as it is now, and whenever it changes. */
function useTrials(draft: Draft): Trials {
  const server = useServer();
  const trials = useMemo(() => new Trials((rule) => ruleServer(server).tryOut(rule)), [server]);
  useEffect(() => {
    trials.about(draft);
  }, [trials, draft]);
  useEffect(
    () => () => {
      trials.end();
    },
    [trials],
  );
  return trials;
}

/** What is wrong with it: what it names and is gone, and what the server is against. */
function useWrong(draft: Draft, { is, trial }: TrialState): readonly Wrong[] {
  const { world, ready } = useLive();
  const gone = ready.value ? goneFrom(draft, world) : [];
  const here = gone.map((slot) => ({ slot, words: goneText(slot) }));
  const there = is === 'known' && trial ? wrongOf(trial.trouble, draft.condition) : [];
  return [...here, ...there.filter(({ slot }) => !here.some((each) => each.slot === slot))];
}

function WrongList({ wrong, open }: { wrong: readonly Wrong[]; open(slot: Slot): void }) {
  if (wrong.length === 0) return null;
  return (
    <ul class="rule-wrongs" role="status">
      {wrong.map(({ slot, words }) => (
        <li key={`${slot} ${words}`}>
          <button
            type="button"
            class="rule-wrong"
            data-wrong={slot}
            onClick={() => {
              open(slot);
            }}
          >
            {words}
          </button>
        </li>
      ))}
    </ul>
  );
}

function Head({
  title,
  drafts,
  close,
}: {
  title: string;
  drafts: Drafts;
  close(kept: Key | null): void;
}) {
  const [asked, setAsked] = useState(false);
  return (
    <header class="rule-head">
      <button
        type="button"
        class="icon-button"
        aria-label={t`Back to the rules`}
        onClick={() => {
          if (drafts.changed && !asked) setAsked(true);
          else close(null);
        }}
      >
        <Icon of={ChevronLeft} />
      </button>
      <h2>{title}</h2>
      {asked && (
        <span class="leaving" role="alert">
          <span>{t`Throw the changes away?`}</span>
          <button
            type="button"
            class="button danger"
            onClick={() => {
              close(null);
            }}
          >{t`Throw away`}</button>
          <button
            type="button"
            class="button"
            onClick={() => {
              setAsked(false);
            }}
          >{t`Keep editing`}</button>
        </span>
      )}
    </header>
  );
}

/** What its owner calls it; without a name it is called by its sentence. */
function Naming({ draft, names, drafts }: { draft: Draft; names: Names; drafts: Drafts }) {
  const id = useId();
  return (
    <div class="field rule-name">
      <label for={id}>{t`Name, if you like`}</label>
      <input
        id={id}
        value={draft.name}
        maxLength={64}
        autocomplete="off"
        placeholder={plainText(draft, names)}
        onInput={(input) => {
          drafts.change({ ...draft, name: input.currentTarget.value });
        }}
      />
    </div>
  );
}

interface Saving {
  readonly pending: boolean;
  readonly failure: Failure | null;
  save(enabled: boolean): void;
}

function useSaving(draft: Draft, close: (kept: Key | null) => void): Saving {
  const server = useServer();
  const [pending, setPending] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const here = useRef(true);
  useEffect(
    () => () => {
      here.current = false;
    },
    [],
  );
  return {
    pending,
    failure,
    save(enabled) {
      setPending(true);
      setFailure(null);
      ruleServer(server)
        .save({ ...draft, name: draft.name.trim(), enabled })
        .then(({ thing }) => {
          close(thing);
        })
        .catch((error: unknown) => {
          if (here.current) setFailure(failureOf(error, Date.now()));
        })
        .finally(() => {
          if (here.current) setPending(false);
        });
    },
  };
}

function End({
  draft,
  saving,
  text,
}: {
  draft: Draft;
  saving: Saving;
  /** What the text is, where it is shown as one: what is no rule is not saved. */
  text: Verdict['is'];
}) {
  const [missing] = missingIn(draft);
  const { pending, failure, save } = saving;
  const blocked = pending || missing !== undefined || text !== 'right';
  const id = useId();
  const off = draft.edited !== null && !draft.enabled;
  return (
    <footer class="rule-end">
      <button
        type="button"
        class="button primary"
        disabled={blocked}
        aria-describedby={`${id}-why`}
        onClick={() => {
          save(true);
        }}
      >
        {pending ? t`Saving…` : draft.edited === null || off ? t`Save and switch on` : t`Save`}
      </button>
      {(draft.edited === null || off) && (
        <button
          type="button"
          class="button"
          disabled={blocked}
          onClick={() => {
            save(false);
          }}
        >{t`Save, switched off`}</button>
      )}
      <span id={`${id}-why`} class="muted" role="status">
        {text === 'wrong'
          ? t`The text is no rule as yet.`
          : missing !== undefined && missingText(missing)}
      </span>
      {failure && (
        <p class="form-error" role="alert">
          {failure.why}
          <ErrorLink code={failure.code} />
        </p>
      )}
    </footer>
  );
}
