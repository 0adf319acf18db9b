/** The tools above a list: what is searched, what is shown of it, held still, and cleared. */
import { t } from '@lingui/core/macro';
import { Pause, Play, Search, Trash2 } from 'lucide';
import type { ComponentChildren } from 'preact';
import { Icon } from './icon';
import { grouped } from './numbers';

/** `label` says what is searched; `hint` stands in the empty field. */
export function SearchBox({
  label,
  hint = t`Search`,
  value,
  set,
}: {
  label: string;
  hint?: string;
  value: string;
  set(value: string): void;
}) {
  return (
    <label class="search small">
      <Icon of={Search} size={14} />
      <input
        type="search"
        placeholder={hint}
        aria-label={label}
        value={value}
        onInput={(input) => {
          set(input.currentTarget.value);
        }}
      />
    </label>
  );
}

/** One of several, as chips. `extra` stands in a chip behind its word; children are further chips. */
export function Chips<T extends string>({
  label,
  of,
  value,
  set,
  extra,
  children,
}: {
  label: string;
  of: readonly (readonly [value: NoInfer<T>, word: string])[];
  value: T;
  set(value: NoInfer<T>): void;
  extra?: (value: NoInfer<T>) => ComponentChildren;
  children?: ComponentChildren;
}) {
  return (
    <div class="chips" role="group" aria-label={label}>
      {of.map(([each, word]) => (
        <Chip
          key={each}
          on={value === each}
          press={() => {
            set(each);
          }}
        >
          {word}
          {extra?.(each)}
        </Chip>
      ))}
      {children}
    </div>
  );
}

export function Chip({
  on,
  press,
  children,
}: {
  on: boolean;
  press(): void;
  children: ComponentChildren;
}) {
  return (
    <button type="button" class="chip" aria-pressed={on} onClick={press}>
      {children}
    </button>
  );
}

/** `fresh` says how much came meanwhile. */
export function PauseButton({
  paused,
  press,
  fresh = 0,
}: {
  paused: boolean;
  press(): void;
  fresh?: number;
}) {
  return (
    <button type="button" class="button" aria-pressed={paused} onClick={press}>
      <Icon of={paused ? Play : Pause} size={14} />
      {!paused ? t`Pause` : fresh > 0 ? t`Go on, ${grouped(fresh)} new` : t`Go on`}
    </button>
  );
}

export function ClearButton({ press }: { press(): void }) {
  return (
    <button
      type="button"
      class="icon-button"
      aria-label={t`Clear the list`}
      title={t`Clear the list`}
      onClick={press}
    >
      <Icon of={Trash2} size={16} />
    </button>
  );
}
