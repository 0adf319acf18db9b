/** The page's mark. */

export function Logo() {
  return (
    <svg viewBox="0 0 32 32" width="30" height="30" role="img" aria-label="Sightline">
      <defs>
        <linearGradient id="brand" x1="0" y1="1" x2="1" y2="0">
          <stop offset="0" stop-color="var(--accent)" />
          <stop offset="1" stop-color="var(--accent-2)" />
        </linearGradient>
      </defs>
      <g fill="none" stroke="url(#brand)" stroke-width="2.6" stroke-linecap="round">
        <path d="M5.5 24.5A15 15 0 0 1 24.5 5.5" />
        <path d="M11 24.8A9.4 9.4 0 0 1 24.8 11" opacity=".75" />
      </g>
      <circle cx="22.6" cy="22.6" r="4.2" fill="url(#brand)" />
    </svg>
  );
}
