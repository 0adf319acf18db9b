/** Rows with faces to tick: whom an account sees, what it drives, who it is. */
import { t } from '@lingui/core/macro';
import { useId, useState } from 'preact/hooks';
import { useLive } from '../app/context';
import type { Grant } from '../app/visitor';
import { splitKey } from '../app/world';
import type { Key } from '../app/world';
import { KINDS } from '../things';
import { useRoster } from '../things/context';
import type { Right } from '../things/kind';
import { Avatar } from '../ui/avatar';
import { faceOf } from '../ui/face';
import { Icon } from '../ui/icon';
import { Layers, UserRound } from 'lucide';
import { singleChoices, tickOf, ticked, typedGrant, wholeChoices } from './choices';
import type { Choice } from './choices';
import { withGrant } from './wording';

/** Rows that are shown at once; the search finds the others. */
const MOST = 60;
/** From so many on there is a search. */
const SEARCHED = 9;

export function Picker({
  right,
  label,
  hint,
  grants,
  change,
}: {
  right: Right;
  label: string;
  hint?: string;
  grants: readonly Grant[];
  change(grants: readonly Grant[]): void;
}) {
  const { entries } = useRoster();
  const [query, setQuery] = useState('');
  const singles = singleChoices(right, entries, grants);
  const wanted = query.trim().toLowerCase();
  const found = singles.filter(({ name }) => name.toLowerCase().includes(wanted));
  const row = (choice: Choice) => (
    <Row key={choice.grant} choice={choice} grants={grants} change={change} />
  );
  return (
    <fieldset class="grants" data-right={right}>
      <legend>{label}</legend>
      {hint !== undefined && <p class="hint">{hint}</p>}
      {singles.length > SEARCHED && (
        <input
          type="search"
          aria-label={t`Find in “${label}”`}
          placeholder={t`Find`}
          value={query}
          onInput={(typed) => {
            setQuery(typed.currentTarget.value);
          }}
        />
      )}
      <div class="face-rows" tabIndex={-1}>
        {wanted === '' && wholeChoices(right, grants).map(row)}
        {found.slice(0, MOST).map(row)}
        {found.length === 0 && wanted !== '' && <p class="note">{t`Nobody is called so.`}</p>}
        {found.length > MOST && <p class="note">{t`There are more: type a part of the name.`}</p>}
      </div>
      <ByName right={right} grants={grants} change={change} />
    </fieldset>
  );
}

function Row({
  choice,
  grants,
  change,
}: {
  choice: Choice;
  grants: readonly Grant[];
  change(grants: readonly Grant[]): void;
}) {
  const { name } = choice;
  const is = tickOf(choice, grants);
  return (
    <>
      <label class="face-row" data-grant={choice.grant}>
        <input
          type="checkbox"
          checked={is !== 'no'}
          disabled={is === 'wider'}
          onChange={(changed) => {
            change(ticked(grants, choice, changed.currentTarget.checked));
          }}
        />
        <Face of={choice} />
        <span>
          {choice.name}
          {choice.missing === true && <small>{t`Not on the map yet`}</small>}
        </span>
      </label>
      {choice.inner.length > 0 && (
        <div class="face-rows-inner" role="group" aria-label={t`Only one device of ${name}`}>
          {choice.inner.map((each) => (
            <Row key={each.grant} choice={each} grants={grants} change={change} />
          ))}
        </div>
      )}
    </>
  );
}

/** Whose row it is, as everywhere on the page. */
export function Face({ of: { key, missing } }: { of: Pick<Choice, 'key' | 'missing'> }) {
  const { world } = useLive();
  const { entries } = useRoster();
  const entry = key === undefined ? undefined : entries.get(key as Key);
  if (key === undefined || entry === undefined) {
    return (
      <span class="face-sign" aria-hidden="true">
        <Icon of={missing === true ? UserRound : Layers} size={16} />
      </span>
    );
  }
  const [kind, id] = splitKey(key as Key);
  return (
    <Avatar
      small
      colour={entry.colour}
      initials={entry.initials}
      presence={entry.presence}
      robot={KINDS.get(kind)?.isMachine === true}
      face={faceOf(world.get(`face/${id}` as Key))}
    />
  );
}

/** For somebody who is not on the map yet. */
function ByName({
  right,
  grants,
  change,
}: {
  right: Right;
  grants: readonly Grant[];
  change(grants: readonly Grant[]): void;
}) {
  const id = useId();
  const [typed, setTyped] = useState('');
  const add = () => {
    if (typed.trim() === '') return;
    change(withGrant(grants, typedGrant(right, typed)));
    setTyped('');
  };
  return (
    <details class="by-name">
      <summary>
        {right === 'drive'
          ? t`A robot that is not here yet`
          : t`Somebody who is not on the map yet`}
      </summary>
      <label class="hidden" for={id}>
        {right === 'drive' ? t`Robot to add` : t`Person to add`}
      </label>
      <div class="add">
        <input
          id={id}
          value={typed}
          placeholder={right === 'drive' ? undefined : 'jane'}
          autocomplete="off"
          autocapitalize="none"
          spellcheck={false}
          maxLength={300}
          onInput={(changed) => {
            setTyped(changed.currentTarget.value);
          }}
          onKeyDown={(key) => {
            if (key.key !== 'Enter') return;
            key.preventDefault();
            add();
          }}
        />
        <button type="button" class="button" onClick={add}>{t`Add`}</button>
      </div>
    </details>
  );
}
