/** A text as a QR code, to be read off this screen by a phone. Its library comes once one is shown. */
import { t } from '@lingui/core/macro';
import { signal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import type { qr } from './qr';

const library = signal<{ readonly qr: typeof qr } | null>(null);

function fetchLibrary(): void {
  if (library.peek() !== null) return;
  import('./qr').then(
    (found) => {
      library.value = found;
    },
    () => {
      // Not sent: the text itself stands beside the code. The next code asks again.
    },
  );
}

/** Light modules around it, as the standard asks. */
const QUIET = 4;

export function QrCode({ text }: { text: string }) {
  useEffect(fetchLibrary, []);
  const drawn = library.value;
  const code = useMemo(() => drawn?.qr(text) ?? null, [text, drawn]);
  // Its place is kept while it comes.
  if (drawn === null) return <svg class="qr" viewBox="0 0 1 1" aria-hidden="true" />;
  if (!code) return null;
  const size = code.length + 2 * QUIET;
  const path = code
    .flatMap((row, y) =>
      row.map((dark, x) => (dark ? `M${String(x + QUIET)} ${String(y + QUIET)}h1v1h-1z` : '')),
    )
    .join('');
  return (
    <svg
      class="qr"
      viewBox={`0 0 ${String(size)} ${String(size)}`}
      role="img"
      aria-label={t`The same as a QR code`}
      shape-rendering="crispEdges"
    >
      <rect width={size} height={size} fill="#fff" />
      <path d={path} fill="#000" />
    </svg>
  );
}
