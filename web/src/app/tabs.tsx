/** The parts of a section, one shown at a time: arrows move, the address remembers. */
import type { ComponentChildren } from 'preact';
import { stepAcross } from '../words/direction';
import { useNavigation } from './context';

export interface Part {
  /** In the address; empty for the first. */
  readonly tab: string;
  readonly name: string;
  readonly note?: ComponentChildren;
  /** What deserves a look there. */
  readonly trouble?: string | undefined;
}

/** Which of the parts is shown. */
export function usePart(parts: readonly Part[]): string {
  const { tab } = useNavigation();
  return parts.find((part) => part.tab === tab.value)?.tab ?? parts[0]?.tab ?? '';
}

export function Tabs({ label, parts }: { label: string; parts: readonly Part[] }) {
  const { go, section } = useNavigation();
  const current = usePart(parts);
  const show = (tab: string) => {
    go(section.value, tab);
  };
  const onKeyDown = (key: KeyboardEvent) => {
    const step = stepAcross(key.key);
    if (step === 0) return;
    key.preventDefault();
    const index = parts.findIndex((part) => part.tab === current);
    const next = parts[(index + step + parts.length) % parts.length];
    if (!next) return;
    show(next.tab);
    document.getElementById(`tab-${next.tab}`)?.focus();
  };
  return (
    <div class="tabs" role="tablist" aria-label={label} onKeyDown={onKeyDown}>
      {parts.map((part) => (
        <button
          key={part.tab}
          id={`tab-${part.tab}`}
          type="button"
          role="tab"
          aria-selected={part.tab === current}
          aria-controls={part.tab === current ? `part-${part.tab}` : undefined}
          tabIndex={part.tab === current ? 0 : -1}
          onClick={() => {
            show(part.tab);
          }}
        >
          {part.name}
          {part.note !== undefined && <small>{part.note}</small>}
          {part.trouble !== undefined && (
            <em>
              <span class="hidden">: {part.trouble}</span>
            </em>
          )}
        </button>
      ))}
    </div>
  );
}

export function TabPanel({
  tab,
  children,
  class: className = '',
}: {
  tab: string;
  children: ComponentChildren;
  class?: string;
}) {
  return (
    <div
      class={`tab-part ${className}`}
      role="tabpanel"
      id={`part-${tab}`}
      aria-labelledby={`tab-${tab}`}
      onKeyDown={letGo}
    >
      {children}
    </div>
  );
}

/** Escape leaves a field, not the section with everything typed in it. */
function letGo(key: KeyboardEvent): void {
  const field = key.target;
  if (key.key !== 'Escape' || !(field instanceof HTMLElement)) return;
  if (!field.matches('textarea, select, input:not([type="checkbox"])')) return;
  key.stopPropagation();
  field.blur();
}
