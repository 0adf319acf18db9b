/** What is given, as words that can be taken away, and a field for one more. */
import { X } from 'lucide';
import { useId, useRef } from 'preact/hooks';
import type { Grant } from '../app/visitor';
import { useRoster } from '../things/context';
import { Icon } from '../ui/icon';
import { grantChoices, grantText, withGrant } from './wording';
import type { RefObject } from 'preact';

/** What is given, as words that can be taken away, and a field for one more. */
export function Grants({
  right,
  label,
  none,
  hint,
  grants,
  change,
}: {
  right: 'see' | 'drive' | 'own';
  label: string;
  none: string;
  hint?: string;
  grants: readonly Grant[];
  change(grants: readonly Grant[]): void;
}) {
  const { entries } = useRoster();
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const nameOf = (key: string) => entries.get(key)?.name;
  const choices = grantChoices(right, entries.keys()).filter((each) => !grants.includes(each));
  const quick = choices.filter((each) => !each.includes('/') && each !== 'region');
  const add = () => {
    const typed = input.current?.value.trim() ?? '';
    if (typed === '') return;
    change(withGrant(grants, choices.find((each) => grantText(each, nameOf) === typed) ?? typed));
    if (input.current) input.current.value = '';
  };
  return (
    <fieldset class="grants" data-right={right}>
      <legend>{label}</legend>
      <p class="tags">
        {grants.length === 0 && <span class="note">{none}</span>}
        {grants.map((grant) => (
          <button
            key={grant}
            type="button"
            class="tag removable"
            aria-label={`Take away ${grantText(grant, nameOf)}`}
            onClick={() => {
              change(grants.filter((each) => each !== grant));
            }}
          >
            {grantText(grant, nameOf)}
            <Icon of={X} size={12} />
          </button>
        ))}
      </p>
      <AddGrant
        input={input}
        id={id}
        label={label}
        right={right}
        add={add}
        choices={choices}
        nameOf={nameOf}
      />
      {quick.length > 0 && (
        <div class="quick">
          {quick.map((each) => (
            <button
              key={each}
              type="button"
              class="button quiet"
              onClick={() => {
                change(withGrant(grants, each));
              }}
            >
              {grantText(each)}
            </button>
          ))}
        </div>
      )}
      {hint !== undefined && <p class="hint">{hint}</p>}
    </fieldset>
  );
}

function AddGrant({
  input,
  id,
  label,
  right,
  add,
  choices,
  nameOf,
}: {
  input: RefObject<HTMLInputElement | null>;
  id: string;
  label: string;
  right: 'see' | 'drive' | 'own';
  add: () => void;
  choices: string[];
  nameOf: (key: string) => string | undefined;
}) {
  return (
    <div class="add">
      <input
        ref={input}
        id={id}
        aria-label={`${label}: add`}
        list={`${id}-choices`}
        placeholder={right === 'drive' ? 'probot/ProBot1' : 'friend/jane or friend/jane/phone'}
        autocomplete="off"
        spellcheck={false}
        maxLength={300}
        onKeyDown={(key) => {
          if (key.key !== 'Enter') return;
          key.preventDefault();
          add();
        }}
      />
      <datalist id={`${id}-choices`}>
        {choices
          .filter((each) => each.includes('/'))
          .slice(0, 500)
          .map((each) => (
            <option key={each} value={each}>
              {grantText(each, nameOf)}
            </option>
          ))}
      </datalist>
      <button type="button" class="button" onClick={add}>
        Add
      </button>
    </div>
  );
}
