/** What `freshness` answers, in words. */
import { ageText, shortTimeText } from '../app/ages';
import type { Freshness } from './freshness';

/** "Moving", "Was moving, 14 min ago", "As of 12:04". */
export function freshnessText(fresh: Freshness, now: number): string {
  const { status, fixAge, contactAge } = fresh;
  switch (status) {
    case 'moving':
      return 'Moving';
    case 'still':
      return 'Still';
    case 'live':
      return 'Live';
    case 'moved':
      return `Was moving, ${ageText(fixAge ?? 0)} ago`;
    case 'stood':
      return `Was still, ${ageText(fixAge ?? 0)} ago`;
    case 'silent':
      return contactAge === undefined ? 'Not heard' : `Not heard for ${ageText(contactAge)}`;
    case 'offline':
      return contactAge === undefined ? 'Offline' : `Offline, heard ${ageText(contactAge)} ago`;
    case 'never':
      return 'Never heard';
    case 'cut':
      return asOfText(fresh.asOf, now);
  }
}

/** "As of 12:04": the same for as long as the link is lost. */
export function asOfText(asOf: number | undefined, now: number): string {
  return asOf === undefined ? 'Not heard' : `As of ${shortTimeText(asOf, now)}`;
}
