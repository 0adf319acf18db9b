/** What somebody has been shown in this browser, so that it is shown once. */

/** Whether it was shown; where nothing can be kept it counts as shown: better never than each time. */
export function wasShown(what: string): boolean {
  try {
    return localStorage.getItem(`sightline.shown.${what}`) !== null;
  } catch {
    return true;
  }
}

export function nowShown(what: string): void {
  try {
    localStorage.setItem(`sightline.shown.${what}`, '1');
  } catch {
    // Then it was not shown at all: see above.
  }
}
