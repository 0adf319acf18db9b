/** What somebody sees, for an admin: a list to read. Nothing is done as them. */
import { t } from '@lingui/core/macro';
import { Eye } from 'lucide';
import { useServer } from '../app/context';
import { groupsOf } from '../things/kind';
import { KINDS } from '../things';
import { useRoster } from '../things/context';
import { Icon } from '../ui/icon';
import { singleChoices } from './choices';
import type { Known } from './choices';
import { useLoaded } from './loader';
import { Trouble } from './once';
import { Face } from './picker';
import type { Account } from './wording';

export function ViewAs({ user }: { user: Account }) {
  const { api } = useServer();
  const { entries } = useRoster();
  const name = user.display || user.name;
  const { value, failure } = useLoaded(
    () => api.get('users/{name}/view', { name: user.name }),
    user.name,
  );
  const seen: Known = new Map(
    (value?.things ?? []).flatMap((key) => {
      const entry = entries.get(key as `${string}/${string}`);
      return entry === undefined ? [] : [[key, entry] as const];
    }),
  );
  return (
    <>
      <p class="notice" data-tone="info">
        <Icon of={Eye} size={18} />
        {t`This is a preview: whom and what ${name} sees now, as the server decides it. Nothing is done in their name. That you looked is in the audit log.`}
      </p>
      <Trouble failure={failure} />
      {value !== undefined && seen.size === 0 && (
        <p class="note">{t`${name} sees nobody and nothing just now.`}</p>
      )}
      <div data-view={value === undefined ? 'asking' : 'seen'}>
        {seen.size > 0 && <Seen seen={seen} />}
      </div>
      {value?.more === true && <p class="note">{t`There are more.`}</p>}
    </>
  );
}

function Seen({ seen }: { seen: Known }) {
  const kinds = [...KINDS.values()].filter(({ listed }) => listed !== undefined);
  const titles = new Map(groupsOf(KINDS).map(({ id, title }) => [id, title]));
  return (
    <>
      {kinds.map(({ name, listed }) => {
        const own = new Map([...seen].filter(([key]) => key.startsWith(`${name}/`)));
        if (own.size === 0) return null;
        return (
          <section key={name}>
            <h3>{titles.get(listed?.group.id ?? '')}</h3>
            <ul class="face-rows">
              {singleChoices('see', own, []).map((each) => (
                <li key={each.grant} class="face-row" data-seen={each.key}>
                  <Face of={each} />
                  <span>{each.name}</span>
                </li>
              ))}
            </ul>
          </section>
        );
      })}
    </>
  );
}
