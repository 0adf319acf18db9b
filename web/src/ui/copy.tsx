/** A button that copies a text and says that it did. */
import { t } from '@lingui/core/macro';
import { Check, Copy } from 'lucide';
import { useEffect, useState } from 'preact/hooks';
import { Icon } from './icon';

export function CopyButton({
  text,
  label,
  words,
}: {
  text: string | (() => string);
  label: string;
  words?: string;
}) {
  const [state, setState] = useState<'ready' | 'done' | 'refused'>('ready');
  useEffect(() => {
    if (state === 'ready') return;
    const timer = setTimeout(() => {
      setState('ready');
    }, 1600);
    return () => {
      clearTimeout(timer);
    };
  }, [state]);
  const copy = () => {
    copyText(typeof text === 'string' ? text : text()).then(
      () => {
        setState('done');
      },
      () => {
        setState('refused');
      },
    );
  };
  const said = state === 'done' ? t`Copied` : state === 'refused' ? t`Copying was refused` : label;
  return (
    <button
      type="button"
      class={words === undefined ? 'icon-button' : 'button'}
      aria-label={words === undefined ? said : undefined}
      title={said}
      onClick={copy}
    >
      <Icon of={state === 'done' ? Check : Copy} size={16} />
      {words !== undefined && <span>{state === 'done' ? t`Copied` : words}</span>}
      <span class="hidden" role="status">
        {state === 'ready' ? '' : said}
      </span>
    </button>
  );
}

/** Copy through the clipboard API where the page is secure, and through a selection elsewhere. */
async function copyText(text: string): Promise<void> {
  // Absent on plain http from another machine, whatever the types say.
  const clipboard = navigator.clipboard as Clipboard | undefined;
  if (clipboard) {
    await clipboard.writeText(text);
    return;
  }
  const area = document.createElement('textarea');
  area.value = text;
  area.className = 'hidden';
  document.body.append(area);
  area.select();
  // Deprecated, and the only way without a secure context.

  const done = document.execCommand('copy');
  area.remove();
  if (!done) throw new Error('copying was refused');
}
