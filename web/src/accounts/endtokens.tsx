/** The question whether tokens end together with a password. */
import { t } from '@lingui/core/macro';
import type { Values } from '../ui/form';

/** Offers to end the API tokens with the old password: who knew the one may have made the others. */
export function EndTokens({ about }: { about: string }) {
  return (
    <fieldset class="checks">
      <legend>{t`API tokens`}</legend>
      <label>
        <input type="checkbox" name="end_tokens" />
        <span>
          {t`End all of them, too.`} {about}
        </span>
      </label>
    </fieldset>
  );
}

/** What a form with `EndTokens` asks for. */
export function endTokens(value: Values): { end_tokens?: true } {
  return value('end_tokens') === 'on' ? { end_tokens: true } : {};
}
