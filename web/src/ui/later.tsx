/**
 * A part of the page whose code comes when it is wanted, so that the first visit need not wait for
 * it. What was fetched once stays, also while the server is away.
 */
import { t } from '@lingui/core/macro';
import { signal } from '@preact/signals';
import type { ComponentType } from 'preact';
import { useEffect } from 'preact/hooks';

export interface Later {
  /** Shows the part; a place for it until it is there, or why it is not. */
  readonly Part: ComponentType;
  /** Fetch it without showing it. */
  fetch(): void;
}

type State = ComponentType | 'no' | 'coming' | 'failed';

export function later(load: () => Promise<ComponentType>): Later {
  const state = signal<{ readonly is: State }>({ is: 'no' });
  const fetch = () => {
    const now = state.peek().is;
    if (now !== 'no' && now !== 'failed') return;
    state.value = { is: 'coming' };
    load().then(
      (part) => {
        state.value = { is: part };
      },
      () => {
        state.value = { is: 'failed' };
      },
    );
  };
  function Part() {
    useEffect(fetch, []);
    const { is } = state.value;
    if (typeof is === 'function') {
      const Found = is;
      return <Found />;
    }
    return <Waiting failed={is === 'failed'} again={fetch} />;
  }
  return { Part, fetch };
}

function Waiting({ failed, again }: { failed: boolean; again(): void }) {
  return (
    <main id="content" class="section" tabIndex={-1} aria-busy={!failed} data-part="later">
      <div class="section-in">
        {failed && (
          <div class="empty card" role="alert">
            <h2>{t`This page could not be loaded`}</h2>
            <p>{t`The server did not send it. If the server has been updated, load the whole page again.`}</p>
            <p>
              <button type="button" class="button" onClick={again}>{t`Try again`}</button>{' '}
              <button
                type="button"
                class="button primary"
                onClick={() => {
                  location.reload();
                }}
              >{t`Load the page again`}</button>
            </p>
          </div>
        )}
      </div>
    </main>
  );
}
