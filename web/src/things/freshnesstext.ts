/** What `freshness` answers, in words. */
import { t } from '@lingui/core/macro';
import { ageText, shortTimeText } from '../app/ages';
import type { Freshness } from './freshness';

/** "Moving", "Was moving, 14 min ago", "As of 12:04". */
export function freshnessText(fresh: Freshness, now: number): string {
  const { status, contactAge } = fresh;
  const fixed = ageText(fresh.fixAge ?? 0);
  const heard = ageText(contactAge ?? 0);
  switch (status) {
    case 'moving':
      return t`Moving`;
    case 'still':
      return t`Still`;
    case 'live':
      return t`Live`;
    case 'moved':
      return t`Was moving, ${fixed} ago`;
    case 'stood':
      return t`Was still, ${fixed} ago`;
    case 'silent':
      return contactAge === undefined ? t`Not heard` : t`Not heard for ${heard}`;
    case 'offline':
      return contactAge === undefined ? t`Offline` : t`Offline, heard ${heard} ago`;
    case 'never':
      return t`Never heard`;
    case 'cut':
      return asOfText(fresh.asOf, now);
  }
}

/** "As of 12:04": the same for as long as the link is lost. */
export function asOfText(asOf: number | undefined, now: number): string {
  if (asOf === undefined) return t`Not heard`;
  const time = shortTimeText(asOf, now);
  return t`As of ${time}`;
}
