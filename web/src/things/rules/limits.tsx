/** Choosing limits: how long, how close, how fast, by when, how much of a battery. */
import { t } from '@lingui/core/macro';
import { useEffect, useId, useState } from 'preact/hooks';
import { useServer } from '../../app/context';
import type { ComponentChildren } from 'preact';
import { spanText } from '../../ui/times';
import { ruleServer } from './requests';
import type { ChoiceProps } from './choice';
import { kindIn, thresholdOf } from './conditions';
import { withCondition } from './draft';
import type { Slot } from './model';
import { ThresholdChoice, NumberWithUnit } from './slider';
import { subjectsOf } from './subjects';
import { useKnown } from './usenames';

/** What a limit begins with when it is switched on. */
const BEGINS = { silent: 3600, lasting: 30, below: 20, by: '18:00' } as const;

export function LimitChoice({ slot, draft, change }: ChoiceProps & { slot: Slot }) {
  const { condition } = draft;
  const threshold = thresholdOf(condition, slot);
  if (!threshold) return null;
  if (condition.type === 'number') return <NumberLimits draft={draft} change={change} />;
  const lasting = slot === 'limit' && ['speed', 'latency'].includes(condition.type);
  return (
    <>
      <ThresholdChoice
        of={threshold}
        label={labelOf(slot)}
        value={condition[threshold.field] ?? threshold.stops[0] ?? 0}
        set={(value) => {
          change(withCondition(draft, { [threshold.field]: value }));
        }}
      />
      {lasting && <Lasting draft={draft} change={change} />}
    </>
  );
}

function labelOf(slot: Slot): string {
  switch (slot) {
    case 'far':
      return t`How close`;
    case 'times':
      return t`How many times`;
    case 'long':
      return t`For how long`;
    default:
      return t`Limit`;
  }
}

/** Not at once, but only when it lasts. */
function Lasting({ draft, change }: ChoiceProps) {
  const threshold = thresholdOf(draft.condition, 'long');
  const { seconds = 0 } = draft.condition;
  if (!threshold) return null;
  return (
    <>
      <Check
        on={seconds > 0}
        words={t`Only when it lasts for a while`}
        set={(on) => {
          change(withCondition(draft, { seconds: on ? BEGINS.lasting : undefined }));
        }}
      />
      {seconds > 0 && (
        <ThresholdChoice
          of={threshold}
          label={t`For how long`}
          value={seconds}
          set={(value) => {
            change(withCondition(draft, { seconds: value }));
          }}
        />
      )}
    </>
  );
}

export function Check({
  on,
  words,
  set,
}: {
  on: boolean;
  words: ComponentChildren;
  set(on: boolean): void;
}) {
  return (
    <label class="rule-check">
      <input
        type="checkbox"
        checked={on}
        onChange={(changed) => {
          set(changed.currentTarget.checked);
        }}
      />
      <span>{words}</span>
    </label>
  );
}

export function LongChoice({ draft, change }: ChoiceProps) {
  const { type } = draft.condition;
  if (type === 'silent') return <SilentChoice draft={draft} change={change} />;
  return <LimitChoice slot="long" draft={draft} change={change} />;
}

/** Longer than usual for the device, or longer than so much. */
function SilentChoice({ draft, change }: ChoiceProps) {
  const { seconds } = draft.condition;
  const threshold = thresholdOf(draft.condition, 'long');
  const usual = useUsual(draft.about);
  const name = useId();
  const span = usual === undefined ? '' : spanText(usual);
  return (
    <div class="rule-stack" role="radiogroup" aria-label={t`For how long`}>
      <label class="rule-check">
        <input
          type="radio"
          name={name}
          data-first={seconds === undefined || undefined}
          checked={seconds === undefined}
          onChange={() => {
            change(withCondition(draft, { seconds: undefined }));
          }}
        />
        <span>
          {t`Longer than is usual for this device`}
          <small>
            {usual === undefined
              ? t`Learned of each device from its own habits.`
              : t`Usually at most ${span}, as was learned.`}
          </small>
        </span>
      </label>
      <label class="rule-check">
        <input
          type="radio"
          name={name}
          data-first={seconds !== undefined || undefined}
          checked={seconds !== undefined}
          onChange={() => {
            change(withCondition(draft, { seconds: BEGINS.silent }));
          }}
        />
        <span>{t`Longer than a time of your own`}</span>
      </label>
      {seconds !== undefined && threshold && (
        <ThresholdChoice
          of={threshold}
          label={t`For how long`}
          value={seconds}
          set={(value) => {
            change(withCondition(draft, { seconds: value }));
          }}
        />
      )}
    </div>
  );
}

/** The usual silence of the only device that a rule looks at; undefined while that is not known. */
function useUsual(about: readonly string[]): number | undefined {
  const server = useServer();
  const known = useKnown();
  const [found, setFound] = useState<{ of: string; usual: number | undefined }>();
  const [word = ''] = about;
  const subject = subjectsOf(kindIn(word), known, []).find((each) => each.word === word);
  const only =
    about.length !== 1
      ? undefined
      : known.has(word)
        ? word
        : subject?.inner.length === 0
          ? subject.key
          : undefined;
  useEffect(() => {
    if (only === undefined) return;
    let over = false;
    ruleServer(server)
      .usual(only)
      .then(
        (usual) => {
          if (!over) setFound({ of: only, usual });
        },
        // It is a help, no more.
        () => undefined,
      );
    return () => {
      over = true;
    };
  }, [server, only]);
  return found?.of === only ? found?.usual : undefined;
}

export function TimeChoice({ draft, change }: ChoiceProps) {
  const id = useId();
  return (
    <div class="field rule-time">
      <label for={id}>{t`Not there at this time of day`}</label>
      <input
        id={id}
        type="time"
        value={draft.condition.by ?? ''}
        onInput={(input) => {
          const by = input.currentTarget.value;
          if (by !== '') change(withCondition(draft, { by }));
        }}
      />
    </div>
  );
}

/** Below a limit, or falling so that it will not last; with both, both must be so. */
export function BatteryChoice({ draft, change }: ChoiceProps) {
  const { below, by } = draft.condition;
  const threshold = thresholdOf(draft.condition, 'limit');
  const id = useId();
  return (
    <div class="rule-stack">
      <Check
        on={below !== undefined}
        words={t`When it falls below a limit`}
        set={(on) => {
          change(withCondition(draft, { below: on ? BEGINS.below : undefined }));
        }}
      />
      {below !== undefined && threshold && (
        <ThresholdChoice
          of={threshold}
          label={t`Limit`}
          value={below}
          set={(value) => {
            change(withCondition(draft, { below: value }));
          }}
        />
      )}
      <Check
        on={by !== undefined}
        words={t`When it falls so fast that it will not last`}
        set={(on) => {
          change(withCondition(draft, { by: on ? BEGINS.by : undefined }));
        }}
      />
      {by !== undefined && (
        <div class="field rule-time">
          <label for={id}>{t`Must last until`}</label>
          <input
            id={id}
            type="time"
            value={by}
            onInput={(input) => {
              const time = input.currentTarget.value;
              if (time !== '') change(withCondition(draft, { by: time }));
            }}
          />
        </div>
      )}
    </div>
  );
}

/** A number of a topic: above, below, between both, or changed at all. */
function NumberLimits({ draft, change }: ChoiceProps) {
  const { above, below, changed } = draft.condition;
  return (
    <div class="rule-stack">
      <Check
        on={above !== undefined}
        words={t`When it rises above`}
        set={(on) => {
          change(withCondition(draft, { above: on ? 0 : undefined, changed: false }));
        }}
      />
      {above !== undefined && (
        <NumberWithUnit
          is="plain"
          label={t`Rises above`}
          value={above}
          set={(value) => {
            change(withCondition(draft, { above: value }));
          }}
        />
      )}
      <Check
        on={below !== undefined}
        words={t`When it falls below`}
        set={(on) => {
          change(withCondition(draft, { below: on ? 0 : undefined, changed: false }));
        }}
      />
      {below !== undefined && (
        <NumberWithUnit
          is="plain"
          label={t`Falls below`}
          value={below}
          set={(value) => {
            change(withCondition(draft, { below: value }));
          }}
        />
      )}
      {above !== undefined && below !== undefined && (
        <p class="note">{t`Both must be so: it is between the two.`}</p>
      )}
      <Check
        on={changed}
        words={t`Whenever it changes`}
        set={(on) => {
          change(
            withCondition(draft, {
              changed: on,
              ...(on && { above: undefined, below: undefined }),
            }),
          );
        }}
      />
    </div>
  );
}
