/** A link that is shown once: to copy, to send, to be read off the screen by a phone. */
import { t } from '@lingui/core/macro';
import { Share2, TriangleAlert } from 'lucide';
import type { ComponentChildren } from 'preact';
import type { Reply } from '../net/api';
import { CopyButton } from '../ui/copy';
import { Icon } from '../ui/icon';
import { QrCode } from '../ui/qrcode';

/** From where an address can be reached at all. */
export type Reach = Reply<'POST /links'>['reach'];

/**
 * The address of a link as this page is reached: behind a proxy we may be below a path, which only
 * server.public_url tells the server.
 */
export function below(url: string, base = new URL('.', document.baseURI)): string {
  const said = new URL(url);
  return said.origin === base.origin && said.pathname === '/' ? base.href + said.hash : url;
}

export function LinkReady({
  url,
  reach,
  text,
  children,
  end,
}: {
  url: string;
  reach: Reach;
  /** What is sent along with the link. */
  text?: string;
  /** What the link is and until when, above it. */
  children: ComponentChildren;
  /** Further buttons. */
  end?: ComponentChildren;
}) {
  const share = 'share' in navigator && matchMedia('(pointer: coarse)').matches;
  return (
    <div class="once">
      {children}
      <pre tabIndex={0} data-once>
        {url}
      </pre>
      {reach === 'machine' && (
        <p class="notice" data-tone="warn">
          <Icon of={TriangleAlert} size={18} />
          {t`The address in it is of this machine only: nobody elsewhere can open it. Open this page by the address that others use, or have an admin say it once, in “Add a phone”.`}
        </p>
      )}
      {reach === 'network' && (
        <p class="notice" data-tone="warn">
          <Icon of={TriangleAlert} size={18} />
          {t`The address in it is good in this network only.`}
        </p>
      )}
      <QrCode text={url} />
      <div class="form-end">
        {share && (
          <button
            type="button"
            class="button primary"
            onClick={() => {
              navigator
                .share({ url, ...(text === undefined ? {} : { text }) })
                .catch(() => undefined);
            }}
          >
            <Icon of={Share2} size={16} />
            {t`Send`}
          </button>
        )}
        <CopyButton text={url} label={t`Copy the link`} words={t`Copy the link`} />
        {end}
      </div>
    </div>
  );
}
