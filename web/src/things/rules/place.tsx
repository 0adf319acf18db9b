/** Choosing the place a rule is about: one of the regions on the map. */
import { t } from '@lingui/core/macro';
import { useState } from 'preact/hooks';
import { useKind, useNavigation } from '../../app/context';
import { orderOf, plain } from '../names';
import { RegionSign } from '../regions/pieces';
import { readRegion } from '../regions/read';
import { whoseText } from '../regions/wording';
import { useWho } from '../../app/context';
import type { ChoiceProps } from './choice';
import { withCondition } from './draft';
import { mayBeIn } from './subjects';

const SEARCHED = 9;
const MOST = 60;

export function PlaceChoice({ draft, change }: ChoiceProps) {
  const { go } = useNavigation();
  const { visitor } = useWho();
  const [query, setQuery] = useState('');
  const { region } = draft.condition;
  const regions = useKind('region')
    .map(readRegion)
    .filter((each) => each.id === region || mayBeIn(draft.about, each))
    .sort((a, b) => (orderOf(a.name) < orderOf(b.name) ? -1 : 1));
  const wanted = plain(query.trim());
  const found = regions.filter(({ name }) => plain(name).includes(wanted));
  const gone = region !== undefined && !regions.some(({ id }) => id === region);
  return (
    <>
      {gone && (
        <p class="rule-wrong">{t`The place that this rule names is not there any more. Choose another one.`}</p>
      )}
      {regions.length > SEARCHED && (
        <label class="search small">
          <span class="hidden">{t`Find a place`}</span>
          <input
            type="search"
            placeholder={t`Find`}
            value={query}
            onInput={(typed) => {
              setQuery(typed.currentTarget.value);
            }}
          />
        </label>
      )}
      <div class="rule-rows" role="radiogroup" aria-label={t`Places`}>
        {found.slice(0, MOST).map((each) => (
          <label key={each.key} class="rule-row" data-word={each.key}>
            <input
              type="radio"
              name="region"
              data-first={each.id === region || undefined}
              checked={each.id === region}
              onChange={() => {
                change(withCondition(draft, { region: each.id }));
              }}
            />
            <RegionSign region={each} />
            <span>
              {each.name}
              <small>{whoseText(each, visitor.name)}</small>
            </span>
          </label>
        ))}
        {regions.length === 0 && <p class="note">{t`No place has been drawn yet.`}</p>}
        {regions.length > 0 && found.length === 0 && (
          <p class="note">{t`No place is called so.`}</p>
        )}
      </div>
      <button
        type="button"
        class="button quiet"
        onClick={() => {
          go('map', 'regions');
        }}
      >{t`Draw a new place on the map`}</button>
    </>
  );
}
