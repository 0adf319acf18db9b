/** Times of the past in words, by this computer's clock and language. */

/** `14:32:08`. */
export function clockText(at: number): string {
  return new Date(at * 1000).toLocaleTimeString([], {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  });
}

/** `Tuesday 17 November 2026, 14:32:08`. */
export function momentText(at: number): string {
  return `${longDayText(at)}, ${clockText(at)}`;
}

/** `Tuesday 17 November 2026`. */
export function longDayText(at: number): string {
  return new Date(at * 1000).toLocaleDateString([], {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    year: 'numeric',
  });
}

/** `Tue, 17 Nov 2026`. */
export function shortDayText(at: number): string {
  return new Date(at * 1000).toLocaleDateString([], {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    year: 'numeric',
  });
}

/** `November 2026`. */
export function monthText(at: number): string {
  return new Date(at * 1000).toLocaleDateString([], { month: 'long', year: 'numeric' });
}

/** The days of the week from Monday on. */
export function weekdayTexts(): { short: string; long: string }[] {
  return Array.from({ length: 7 }, (_, n) => {
    const day = new Date(2024, 0, 1 + n); // a Monday
    const name = (weekday: 'short' | 'long') => day.toLocaleDateString([], { weekday });
    return { short: name('short'), long: name('long') };
  });
}
