/** How one puts the page on the home screen of an iPhone: no page may ask for it there. */
import { Trans } from '@lingui/react/macro';

export function AppleSteps() {
  return (
    <Trans>
      In Safari, touch <b>Share</b>, then <b>Add to Home Screen</b>. Opened from there it can notify
      you, too.
    </Trans>
  );
}
