/** Recovery codes, shown once: to copy, to print, to write down. */
import { t } from '@lingui/core/macro';
import { CopyButton } from '../ui/copy';
import './waysin.css';

export function RecoveryCodes({ codes, close }: { codes: readonly string[]; close(): void }) {
  const text = codes.join('\n');
  return (
    <div class="once">
      <p>{t`Keep these ten codes where you find them when the phone is lost: on paper, or in a password manager. Each lets you in once, in the place of a code of the app. They are shown this once.`}</p>
      <ul class="recovery" data-recovery>
        {codes.map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ul>
      <div class="form-end">
        <CopyButton text={text} label={t`Copy the codes`} words={t`Copy the codes`} />
        <button type="button" class="button primary" onClick={close}>{t`I have kept them`}</button>
      </div>
    </div>
  );
}
