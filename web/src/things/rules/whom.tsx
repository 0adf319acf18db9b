/** Choosing who is told: at once, or when nobody has acknowledged for some time. */
import { t } from '@lingui/core/macro';
import { UserRound } from 'lucide';
import { useEffect, useId, useState } from 'preact/hooks';
import { useServer, useWho } from '../../app/context';
import { isAdmin } from '../../app/visitor';
import { Icon } from '../../ui/icon';
import { spanText } from '../../ui/times';
import type { ChoiceProps } from './choice';
import { withTold } from './draft';
import { useRuleNames } from './usenames';

/** Waits that are offered, seconds. */
const WAITS = [300, 600, 900, 1800, 3600, 7200];

export function WhomChoice({ draft, change }: ChoiceProps) {
  const { visitor } = useWho();
  const names = useRuleNames();
  const accounts = useAccounts();
  const told = draft.tell.map(({ account }) => account);
  const all = [...new Set([visitor.name, ...told, ...accounts])];
  return (
    <div class="rule-stack">
      <div class="rule-rows" role="group" aria-label={t`Who is told`}>
        {all.map((account) => (
          <WhomRow
            key={account}
            name={account === visitor.name ? t`You` : names.account(account)}
            account={account}
            after={draft.tell.find((each) => each.account === account)?.after ?? null}
            set={(after) => {
              change(withTold(draft, account, after));
            }}
          />
        ))}
      </div>
      <ByName
        add={(account) => {
          change(withTold(draft, account, 0));
        }}
      />
      <p class="note">{t`Somebody is only told of what they may see. In which way they are told, they choose themselves.`}</p>
    </div>
  );
}

function WhomRow({
  name,
  account,
  after,
  set,
}: {
  name: string;
  account: string;
  after: number | null;
  set(after: number | null): void;
}) {
  const waits = after === null || after <= 0 || WAITS.includes(after) ? WAITS : [...WAITS, after];
  return (
    <div class="rule-whom" data-account={account}>
      <label class="rule-row">
        <input
          type="checkbox"
          checked={after !== null}
          onChange={(changed) => {
            set(changed.currentTarget.checked ? 0 : null);
          }}
        />
        <span class="rule-sign" aria-hidden="true">
          <Icon of={UserRound} size={16} />
        </span>
        <span>
          {name}
          {name !== account && <small>{account}</small>}
        </span>
      </label>
      {after !== null && (
        <select
          aria-label={t`When ${name} is told`}
          value={String(after)}
          onChange={(changed) => {
            set(Number(changed.currentTarget.value));
          }}
        >
          <option value="0">{t`at once`}</option>
          {waits.map((wait) => {
            const span = spanText(wait);
            return (
              <option key={wait} value={String(wait)}>
                {t`after ${span} without an answer`}
              </option>
            );
          })}
        </select>
      )}
    </div>
  );
}

/** The accounts there are, for those who may know of all of them. */
function useAccounts(): readonly string[] {
  const { api } = useServer();
  const { visitor } = useWho();
  const [found, setFound] = useState<readonly string[]>([]);
  const admin = isAdmin(visitor);
  useEffect(() => {
    if (!admin) return;
    let over = false;
    api.get('users').then(
      ({ users }) => {
        if (!over) setFound(users.filter((each) => !each.disabled).map(({ name }) => name));
      },
      // By their names, then.
      () => undefined,
    );
    return () => {
      over = true;
    };
  }, [api, admin]);
  return found;
}

/** Somebody who is not in the list. */
function ByName({ add }: { add(account: string): void }) {
  const id = useId();
  const [typed, setTyped] = useState('');
  const take = () => {
    const account = typed.trim();
    if (account !== '') add(account);
    setTyped('');
  };
  return (
    <div class="field">
      <label for={id}>{t`Somebody else, by the name of their account`}</label>
      <div class="rule-add">
        <input
          id={id}
          value={typed}
          autocomplete="off"
          autocapitalize="none"
          spellcheck={false}
          maxLength={64}
          onInput={(input) => {
            setTyped(input.currentTarget.value);
          }}
          onKeyDown={(key) => {
            if (key.key !== 'Enter') return;
            key.preventDefault();
            take();
          }}
        />
        <button type="button" class="button" onClick={take}>{t`Add`}</button>
      </div>
    </div>
  );
}
