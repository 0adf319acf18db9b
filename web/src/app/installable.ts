/** Whether the browser offers to install the page as an app; it says so once, early. */
import { signal } from '@preact/signals';

/** The event of Chromium's browsers; others have their own ways, or none. */
export interface InstallPrompt extends Event {
  prompt(): Promise<unknown>;
}

/** What asks the person, while the browser would; null: it does not offer to, or it is installed. */
export const installPrompt = signal<InstallPrompt | null>(null);

export function watchInstallable(): void {
  addEventListener('beforeinstallprompt', (offered) => {
    // The browser's own bar would lie over the map at once.
    offered.preventDefault();
    installPrompt.value = offered as InstallPrompt;
  });
  addEventListener('appinstalled', () => {
    installPrompt.value = null;
  });
}
