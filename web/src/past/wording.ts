/** Times of the past in words; they are `ui/times.ts`'s. */
export {
  clockText,
  longDayText,
  momentText,
  monthText,
  shortDayText,
  weekdayTexts,
} from '../ui/times';
