/** The colour of a region. */
import { t } from '@lingui/core/macro';
import { useRegions } from './context';
import { COLOURS } from './read';

export function Colours({ chosen }: { chosen: number }) {
  const { regions } = useRegions();
  return (
    <fieldset class="colours">
      <legend>{t`Colour`}</legend>
      <div>
        {Array.from({ length: COLOURS }, (_, index) => index + 1).map((colour) => (
          <label key={colour} style={{ '--c': `var(--c${String(colour)})` }}>
            <input
              type="radio"
              name="colour"
              aria-label={t`Colour ${colour}`}
              checked={colour === chosen}
              onChange={() => {
                regions.fill({ colour });
              }}
            />
            <span />
          </label>
        ))}
      </div>
    </fieldset>
  );
}
