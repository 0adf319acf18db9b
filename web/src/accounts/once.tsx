/** A secret that is shown once; and what went wrong with a list. */
import { t } from '@lingui/core/macro';
import { CopyButton } from '../ui/copy';
import { ErrorLink } from '../ui/doclink';
import type { Failure } from '../ui/failure';

/** A secret that is shown once. */
export function Once({
  text,
  words,
  about,
  close,
}: {
  text: string;
  words: string;
  about: string;
  close(): void;
}) {
  return (
    <div class="once">
      <p>{about}</p>
      <pre tabIndex={0} data-once>
        {text}
      </pre>
      <div class="form-end">
        <CopyButton text={text} label={words} words={words} />
        <button type="button" class="button primary" onClick={close}>{t`Done`}</button>
      </div>
    </div>
  );
}

export function Trouble({ failure }: { failure: Failure | null }) {
  return (
    <p class="form-error" role="alert">
      {failure?.why}
      <ErrorLink code={failure?.code} />
    </p>
  );
}
