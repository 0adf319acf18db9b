/** A text as a QR code, to be read off this screen by a phone. */
import { useMemo } from 'preact/hooks';
import { qr } from './qr';

/** Light modules around it, as the standard asks. */
const QUIET = 4;

export function QrCode({ text }: { text: string }) {
  const code = useMemo(() => qr(text), [text]);
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
      aria-label="The same as a QR code"
      shape-rendering="crispEdges"
    >
      <rect width={size} height={size} fill="#fff" />
      <path d={path} fill="#000" />
    </svg>
  );
}
