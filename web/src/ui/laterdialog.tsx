/**
 * A dialogue whose code comes when it is opened: the list need not wait for it. Nothing is shown while
 * it comes, and why, with another try, should it not.
 */
import { t } from '@lingui/core/macro';
import { signal } from '@preact/signals';
import type { ComponentType } from 'preact';
import { useEffect } from 'preact/hooks';
import { Dialog } from './dialog';

interface Closable {
  close(): void;
}

export function laterDialog<Props extends Closable>(
  load: () => Promise<ComponentType<Props>>,
): ComponentType<Props> {
  const found = signal<{ readonly Part: ComponentType<Props> } | null>(null);
  const failed = signal(false);
  const fetch = () => {
    if (found.peek() !== null) return;
    failed.value = false;
    load().then(
      (Part) => {
        found.value = { Part };
      },
      () => {
        failed.value = true;
      },
    );
  };
  return function LaterDialog(props: Props) {
    useEffect(fetch, []);
    if (found.value !== null) {
      const { Part } = found.value;
      return <Part {...props} />;
    }
    return failed.value ? <NotLoaded close={props.close} again={fetch} /> : null;
  };
}

function NotLoaded({ close, again }: Closable & { again(): void }) {
  return (
    <Dialog title={t`This page could not be loaded`} close={close}>
      <p role="alert">{t`The server did not send it. If the server has been updated, load the whole page again.`}</p>
      <div class="form-end">
        <button type="button" class="button" onClick={again}>{t`Try again`}</button>
        <button
          type="button"
          class="button primary"
          onClick={() => {
            location.reload();
          }}
        >{t`Load the page again`}</button>
      </div>
    </Dialog>
  );
}
