/** In which language the page speaks. Each is named in its own words, so that everybody finds theirs. */
import { useId } from 'preact/hooks';
import { Languages } from 'lucide';
import { t } from '@lingui/core/macro';
import { Icon } from './icon';
import { chooseLanguage, chosenLanguage, languageName, languages } from '../words/language';

const AS_BROWSER = 'auto';

export function LanguageChoice() {
  const id = useId();
  const chosen = chosenLanguage();
  return (
    <div class="language-choice">
      <label for={id}>
        <Icon of={Languages} size={17} />
        {t`Language`}
      </label>
      <select
        id={id}
        onChange={({ currentTarget }) => {
          const { value } = currentTarget;
          chooseLanguage(value === AS_BROWSER ? null : value);
        }}
      >
        <option value={AS_BROWSER} selected={chosen === null}>
          {t`As the browser`}
        </option>
        {languages().map((code) => (
          <option key={code} value={code} lang={code} selected={code === chosen}>
            {languageName(code)}
          </option>
        ))}
      </select>
    </div>
  );
}
