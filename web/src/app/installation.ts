/** Where the page runs: as an app of its own, or in a browser that can make one of it. */

export interface Surface {
  /** Opened from the home screen. */
  readonly installed: boolean;
  /** An iPhone or iPad, where one adds it by hand, and only then may be notified. */
  readonly apple: boolean;
  /** Whether the browser offers to install it. */
  readonly offered: boolean;
}

export type InstallWay = 'installed' | 'prompt' | 'apple' | 'none';

export function installWay({ installed, apple, offered }: Surface): InstallWay {
  if (installed) return 'installed';
  if (offered) return 'prompt';
  return apple ? 'apple' : 'none';
}

export interface Moment {
  readonly way: InstallWay;
  readonly phone: boolean;
  readonly account: boolean;
  readonly dismissed: boolean;
  /** The map is before them, nobody is chosen, nothing is driven or drawn, it is now. */
  readonly atRest: boolean;
  readonly live: boolean;
}

/** Whether this is a moment to say that the page can be an app. */
export function mayHint({ way, phone, account, dismissed, atRest, live }: Moment): boolean {
  return (way === 'prompt' || way === 'apple') && phone && account && !dismissed && atRest && live;
}

/** iPads say that they are Macs; only they have fingers. */
export function isApple(agent: string, touchPoints: number): boolean {
  return /iPhone|iPad|iPod/.test(agent) || (/Macintosh/.test(agent) && touchPoints > 1);
}

export function surfaceHere(offered: boolean): Surface {
  const alone = (navigator as { standalone?: boolean }).standalone === true;
  return {
    installed: alone || matchMedia('(display-mode: standalone)').matches,
    apple: isApple(navigator.userAgent, navigator.maxTouchPoints),
    offered,
  };
}
