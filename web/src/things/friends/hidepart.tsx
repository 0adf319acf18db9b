/** Hiding a part of a track: what is wrong, or nobody's business. Undone in the list of decisions. */
import { plural, t } from '@lingui/core/macro';
import { useState } from 'preact/hooks';
import { useServer } from '../../app/context';
import type { Key } from '../../app/world';
import { hideStretch } from '../../past/spanfigures';
import { usePast } from '../../past/context';
import { clockOn } from '../../past/day';
import { isWhole } from '../../past/stretch';
import { clockField } from '../../ui/times';
import { Sure } from '../../ui/actbutton';

const wordsOf = () => ({
  title: t`Hide a part of this day`,
  from: t({ message: 'From', context: 'a time' }),
  to: t({ message: 'To', context: 'a time' }),
  hide: t`Hide it`,
  sure: t`Really hide it?`,
  about: t`the track between these times`,
  wrong: t`Give two times of this day, the earlier one first.`,
  done: (count: number) =>
    plural(count, {
      one: 'One point is hidden. It can be shown again under “Overruled by hand”.',
      other: '# points are hidden. They can be shown again under “Overruled by hand”.',
    }),
});
/** What is proposed around the moment that is looked at, seconds. */
const AROUND = 300;

export function HidePart({ of }: { readonly of: Key }) {
  const { api } = useServer();
  const past = usePast();
  const [told, setTold] = useState('');
  const day = past.day.value;
  const [from, setFrom] = useState<string | null>(null);
  const [to, setTo] = useState<string | null>(null);
  const at = past.at.value ?? day.start;
  const stretch = past.stretch.value;
  const near = isWhole(stretch, day) ? { start: at - AROUND, end: at + AROUND } : stretch;
  const first = from ?? clockField(Math.max(day.start, near.start));
  const last = to ?? clockField(Math.min(day.end - 1, near.end));
  const hide = async () => {
    const start = clockOn(day, first);
    const end = clockOn(day, last);
    if (start === null || end === null || start > end) {
      setTold(wordsOf().wrong);
      return;
    }
    setTold(wordsOf().done(await hideStretch(api, of, { start, end })));
    past.overruled();
  };
  return (
    <details class="hide-part">
      <summary>{wordsOf().title}</summary>
      <div class="hide-times">
        <TimeOf name={wordsOf().from} value={first} set={setFrom} />
        <TimeOf name={wordsOf().to} value={last} set={setTo} />
        <Sure words={wordsOf().hide} sure={wordsOf().sure} label={wordsOf().about} act={hide} />
      </div>
      <p class="note" role="status">
        {told}
      </p>
    </details>
  );
}

interface TimeProps {
  readonly name: string;
  readonly value: string;
  set(value: string): void;
}

function TimeOf({ name, value, set }: TimeProps) {
  return (
    <label>
      {name}
      <input
        type="time"
        step={1}
        value={value}
        onChange={(event) => {
          set(event.currentTarget.value);
        }}
      />
    </label>
  );
}
