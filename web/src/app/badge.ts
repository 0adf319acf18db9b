/** The number on the icon of the installed page. */

interface Badged {
  setAppBadge?(count: number): Promise<void>;
  clearAppBadge?(): Promise<void>;
}

/** Show a number on the app's icon; 0 takes it away. Browsers that have no such thing are left alone. */
export function showBadge(count: number, shell: Badged = navigator): void {
  const shown = count > 0 ? shell.setAppBadge?.(count) : shell.clearAppBadge?.();
  // A page that is not installed may be refused; the number is in the title, too.
  shown?.catch(() => undefined);
}
