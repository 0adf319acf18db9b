/** Where the robots will be, as long as nothing of the server is there yet. */
import { t } from '@lingui/core/macro';

const PLACES = [0, 1, 2];

export function WaitingCards() {
  return (
    <>
      <p class="hidden" role="status">{t`Waiting for the first picture…`}</p>
      <div class="robot-cards" aria-hidden="true">
        {PLACES.map((n) => (
          <div key={n} class="card robot-waiting" />
        ))}
      </div>
    </>
  );
}
