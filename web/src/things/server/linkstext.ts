/** What is to be said when links are lost or come back. */
import { t } from '@lingui/core/macro';
import { shortTimeText } from '../../app/ages';
import type { Links } from '../links';

/**
 * A sentence about what is lost now, after `before` was said; null: there is nothing new to say. It
 * names no try and no age, so that it stays as it is for as long as the links do.
 */
export function linksText(links: Links, before: Links, now: number): string | null {
  const { server, brokers } = links;
  if (server !== null) {
    if (before.server !== null) return null;
    const asOf = shortTimeText(server.asOf, now);
    return t`The server cannot be reached. What is shown is as of ${asOf}.`;
  }
  const names = [...brokers.keys()];
  if (names.length > 0) {
    const known = before.server === null && names.every((name) => before.brokers.has(name));
    if (known) return null;
    const times = [...brokers.values()].filter((at) => at !== undefined);
    if (times.length === 0)
      return t`The broker is lost. What came over it is not known to be so now.`;
    const asOf = shortTimeText(Math.min(...times), now);
    return t`The broker is lost. What came over it is as of ${asOf}.`;
  }
  return before.server !== null || before.brokers.size > 0 ? t`News come in again.` : null;
}
