/** Why a visit is over, in words for people. */
import { t } from '@lingui/core/macro';
import type { Visitor } from './visitor';

/** Why a link shows nothing any more. `now` in epoch seconds. */
export function endOfLink(
  reason: string,
  visitor: Visitor,
  now: number,
): { code: 'ended' | 'revoked'; why: string } {
  // A moment of grace: this computer's clock need not be the server's.
  const over = visitor.expires !== undefined && now >= visitor.expires - 5;
  const code = /time of/.test(reason) || over ? 'ended' : 'revoked';
  const told = reason.includes('link');
  return { code, why: told ? sentence(reason) : t`It shows nothing any more.` };
}

/** The server's reason as a sentence. */
export function sentence(text: string): string {
  const trimmed = text.trim();
  if (trimmed === '') return t`The server said no more than that.`;
  const start = trimmed.charAt(0).toUpperCase() + trimmed.slice(1);
  return /[.!?]$/.test(start) ? start : `${start}.`;
}
