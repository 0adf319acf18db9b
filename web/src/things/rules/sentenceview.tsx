/** A rule as sentences whose parts are buttons: pressing one opens its choices below. */
import { t } from '@lingui/core/macro';
import type { Slot } from './model';
import type { Piece, Sentence } from './sentence';
import './sentence.css';

export function SentenceView({
  sentences,
  open,
  wrong,
  choices,
  press,
}: {
  sentences: readonly Sentence[];
  open: Slot | null;
  /** Parts that the server, or the page, has something against. */
  wrong: ReadonlySet<Slot>;
  /** The id of where choices are shown. */
  choices: string;
  press(slot: Slot): void;
}) {
  const button = ({ slot, text, missing }: Piece) => (
    <button
      type="button"
      class="rule-part"
      data-slot={slot}
      data-missing={missing}
      data-wrong={(slot !== undefined && wrong.has(slot)) || undefined}
      aria-expanded={open === slot}
      aria-controls={open === slot ? choices : undefined}
      onClick={() => {
        if (slot !== undefined) press(slot);
      }}
    >
      <bdi>{text}</bdi>
      {missing && <span class="hidden"> ({t`to be chosen`})</span>}
    </button>
  );
  return (
    <div class="rule-sentences" role="group" aria-label={t`The rule. Each part can be changed.`}>
      {sentences.map((sentence, n) => (
        <p key={n} class={n === 0 ? 'rule-main' : 'rule-more'}>
          {withMarks(sentence).map(({ piece, mark }, at) =>
            piece.slot === undefined ? (
              <span key={at}>{piece.text}</span>
            ) : (
              <span key={at} class="rule-part-in">
                {button(piece)}
                {mark}
              </span>
            ),
          )}
        </p>
      ))}
    </div>
  );
}

/** Each piece, and the comma or full stop behind a part: it stays on the line with it. */
function withMarks(
  sentence: Sentence,
): readonly { readonly piece: Piece; readonly mark: string }[] {
  return sentence.map((piece, n) => {
    if (piece.slot !== undefined) {
      const next = sentence[n + 1];
      const mark = next?.slot === undefined ? (MARKS.exec(next?.text ?? '')?.[0] ?? '') : '';
      return { piece, mark };
    }
    const before = n > 0 && sentence[n - 1]?.slot !== undefined;
    return { piece: before ? { text: piece.text.replace(MARKS, '') } : piece, mark: '' };
  });
}

const MARKS = /^[^\s\p{L}\p{N}]+/u;
