/** Times of the past in words, by this computer's clock and language. */

/** `14:32:08`. */
export function clockText(at: number): string {
  return new Date(at * 1000).toLocaleTimeString([], {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hour12: false,
  });
}

/** `Tuesday 17 November 2026, 14:32:08`. */
export function momentText(at: number): string {
  const day = new Date(at * 1000).toLocaleDateString([], {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    year: 'numeric',
  });
  return `${day}, ${clockText(at)}`;
}
