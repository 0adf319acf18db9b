/** Small pieces that details are made of: figures in a grid, facts in rows, a pill of state. */
import { t } from '@lingui/core/macro';
import type { ComponentChildren } from 'preact';
import type { Presence } from '../net/protocol';

export function Stats({ children }: { children: ComponentChildren }) {
  return <dl class="stats">{children}</dl>;
}

/** One large figure. Without a value it says so with a dash. */
export function Stat({
  name,
  value,
  unit = '',
  tone,
}: {
  name: string;
  value: string | undefined;
  unit?: string;
  /** `old`: of then, not of now. */
  tone?: 'warn' | 'bad' | 'ok' | 'old' | undefined;
}) {
  return (
    <div>
      <dt>{name}</dt>
      <dd data-tone={tone}>
        {value === undefined ? (
          <span class="unknown">
            –<span class="hidden">{t`unknown`}</span>
          </span>
        ) : (
          <>
            {value}
            {unit && <small>{unit}</small>}
          </>
        )}
      </dd>
    </div>
  );
}

export function Facts({ children }: { children: ComponentChildren }) {
  return <dl class="facts">{children}</dl>;
}

export function Fact({
  name,
  children,
  tone,
}: {
  name: ComponentChildren;
  children: ComponentChildren;
  tone?: 'warn' | 'bad' | undefined;
}) {
  return (
    <div>
      <dt>{name}</dt>
      <dd data-tone={tone}>{children}</dd>
    </div>
  );
}

export function PresencePill({ presence, word }: { presence: Presence; word: string }) {
  return (
    <span
      class="pill"
      data-tone={presence === 'live' ? 'ok' : presence === 'stale' ? 'warn' : 'off'}
    >
      <i />
      {word}
    </span>
  );
}

/** Why something is not live, in a sentence. */
export function evidenceText(presence: Presence, evidence: string | undefined): string | undefined {
  switch (evidence) {
    case 'will':
      return t`The broker reported that its connection broke.`;
    case 'silence':
      return presence === 'stale'
        ? t`Nothing was heard for longer than usual.`
        : t`Nothing was heard for a long time.`;
    case 'broker lost':
      return t`The broker is lost, so nothing can be heard.`;
    case undefined:
      return undefined;
    default:
      return t`Evidence: ${evidence}.`;
  }
}
