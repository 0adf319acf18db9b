/** The rule that is made, as a line of text: the server writes it, and reads it while it is typed. */
import { t } from '@lingui/core/macro';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { useServer } from '../../app/context';
import { CopyButton } from '../../ui/copy';
import { DocLink } from '../../ui/doclink';
import { failureOf } from '../../ui/failure';
import { missingIn, wishesOf } from './draft';
import type { Drafts, Making } from './drafts';
import { ruleServer } from './requests';
import { TextField } from './textfield';
import { withText } from './texts';
import type { Verdict } from './texts';

/** Milliseconds of rest before what is typed is read. */
const REST = 300;
/** A rule as it may look; the language of rules is the same for all. */
const EXAMPLE =
  // eslint-disable-next-line lingui/no-unlocalized-strings -- the language of rules is not translated
  'when friend/jane arrives at region/ab12cd34 tell jane on Mon-Fri 08:00-16:00, urgent';

export function TextForm({ making, drafts }: { making: Making; drafts: Drafts }) {
  const server = useServer();
  const rules = useMemo(() => ruleServer(server), [server]);
  const [why, setWhy] = useState('');
  const text = making.text?.typed ?? '';
  const verdict: Verdict = making.text?.verdict ?? { is: 'right' };
  useWritten(rules, making, drafts, setWhy);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const newest = useRef(text);
  useEffect(
    () => () => {
      clearTimeout(timer.current);
    },
    [],
  );
  const type = (typed: string) => {
    newest.current = typed;
    drafts.typed(typed, { is: 'reading' });
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      rules.readOne(typed).then(
        (read) => {
          if (newest.current !== typed) return;
          setWhy('');
          const now = drafts.making;
          if (!now) return;
          if ('errors' in read) drafts.typed(typed, { is: 'wrong', errors: read.errors });
          else drafts.said(typed, withText(now.draft, read.rule));
        },
        (error: unknown) => {
          if (newest.current === typed) setWhy(failureOf(error, Date.now()).why);
        },
      );
    }, REST);
  };
  return (
    <div class="rule-stack" data-text={verdict.is}>
      <TextField
        label={t`The rule as text`}
        value={text}
        placeholder={EXAMPLE}
        errors={verdict.is === 'wrong' ? verdict.errors : []}
        rows={3}
        set={type}
      />
      {why !== '' && (
        <p class="rule-wrong" role="alert">
          {why}
        </p>
      )}
      <div class="rule-text-acts">
        <CopyButton text={text} label={t`Copy the text`} words={t`Copy`} />
        <DocLink to="ruleText">{t`How rules are written`}</DocLink>
      </div>
    </div>
  );
}

/** Have the rule written, when it is shown as text first. What is not complete cannot be. */
function useWritten(
  rules: ReturnType<typeof ruleServer>,
  making: Making,
  drafts: Drafts,
  setWhy: (why: string) => void,
): void {
  useEffect(() => {
    if (making.text?.typed !== undefined) return;
    if (missingIn(making.draft).length > 0) {
      drafts.typed('', { is: 'right' });
      return;
    }
    let over = false;
    rules.write(wishesOf(making.draft)).then(
      (text) => {
        // What was typed meanwhile stays.
        if (!over && drafts.making?.text?.typed === undefined) drafts.typed(text, { is: 'right' });
      },
      (error: unknown) => {
        if (!over) setWhy(failureOf(error, Date.now()).why);
      },
    );
    return () => {
      over = true;
    };
  }, []);
}
