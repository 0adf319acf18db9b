/** Times in words; they are `ui/times.ts`'s. */
export {
  ageParts,
  ageText,
  fineAgeText,
  secondsText,
  shortTimeText,
  spanText,
  timeText,
} from '../ui/times';
