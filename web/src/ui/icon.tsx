/** One icon of the lucide set, drawn as our own elements so that nothing needs innerHTML. */
import { h } from 'preact';
import { ChevronLeft, ChevronRight, ListX, LogIn, LogOut, Send, Undo2 } from 'lucide';
import type { IconNode } from 'lucide';

/** Icons that point where lines run to; mirrored where those run to the left. */
const POINTS: ReadonlySet<IconNode> = new Set([
  ...[ChevronLeft, ChevronRight, ListX, LogIn, LogOut, Send, Undo2],
]);

export function Icon({ of, size = 18 }: { of: IconNode; size?: number }) {
  return (
    <svg
      class="icon"
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      stroke-width="1.9"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
      data-points={POINTS.has(of) || undefined}
    >
      {of.map(([tag, attributes]) => h(tag, attributes))}
    </svg>
  );
}
