import { t } from '@lingui/core/macro';
/** A small battery with its number. */
const LOW = 20;
const MIDDLING = 35;

export function Battery({ percent, charging = false }: { percent: number; charging?: boolean }) {
  const level = charging
    ? 'charging'
    : percent < LOW
      ? 'low'
      : percent < MIDDLING
        ? 'middling'
        : '';
  const shown = Math.round(Math.max(0, Math.min(100, percent)));
  const told = charging ? t`Battery ${shown} %, charging` : t`Battery ${shown} %`;
  return (
    <span class={`battery ${level}`} title={told}>
      <span class="cell" aria-hidden="true">
        <span style={{ width: `${String(shown)}%` }} />
      </span>
      <span class="hidden">{told}</span>
      <span aria-hidden="true">{shown}</span>
    </span>
  );
}
