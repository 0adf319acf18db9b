/** A rule as sentences whose parts are buttons: pressing one opens its choices below. */
import { t } from '@lingui/core/macro';
import type { Slot } from './model';
import type { Piece, Sentence } from './sentence';

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
  const part = (piece: Piece, n: number) => {
    const { slot, text, missing } = piece;
    if (slot === undefined) return <span key={n}>{text}</span>;
    return (
      <button
        key={n}
        type="button"
        class="rule-part"
        data-slot={slot}
        data-missing={missing}
        data-wrong={wrong.has(slot) || undefined}
        aria-expanded={open === slot}
        aria-controls={open === slot ? choices : undefined}
        onClick={() => {
          press(slot);
        }}
      >
        <bdi>{text}</bdi>
        {missing && <span class="hidden"> ({t`to be chosen`})</span>}
      </button>
    );
  };
  return (
    <div class="rule-sentences" role="group" aria-label={t`The rule. Each part can be changed.`}>
      {sentences.map((sentence, n) => (
        <p key={n} class={n === 0 ? 'rule-main' : 'rule-more'}>
          {sentence.map(part)}
        </p>
      ))}
    </div>
  );
}
