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
  return (
    <span
      class={`battery ${level}`}
      title={`Battery ${String(shown)} %${charging ? ', charging' : ''}`}
    >
      <span class="cell" aria-hidden="true">
        <span style={{ width: `${String(shown)}%` }} />
      </span>
      <span class="hidden">Battery </span>
      {shown}
      <span class="hidden"> %{charging ? ', charging' : ''}</span>
    </span>
  );
}
