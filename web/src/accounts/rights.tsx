/** The role of an account, and what it is given. */
import { ROLES } from '../app/visitor';
import type { Grant, Role } from '../app/visitor';
import { Grants } from './grants';
import { ROLE_WORDS } from './wording';

export interface Given {
  readonly role: Role;
  readonly see: readonly Grant[];
  readonly drive: readonly Grant[];
  readonly own: readonly Grant[];
}

export function Rights({ given, change }: { given: Given; change(given: Given): void }) {
  return (
    <>
      <fieldset class="roles">
        <legend>Role</legend>
        {ROLES.map((role) => (
          <label key={role}>
            <input
              type="radio"
              name="role"
              value={role}
              checked={given.role === role}
              onChange={() => {
                change({ ...given, role });
              }}
            />
            <span>
              <b>{role}</b>
              <small>{ROLE_WORDS[role]}</small>
            </span>
          </label>
        ))}
      </fieldset>
      {given.role !== 'admin' && (
        <Grants
          right="see"
          label="Sees"
          none="Nobody yet"
          grants={given.see}
          change={(see) => {
            change({ ...given, see });
          }}
        />
      )}
      {given.role === 'operator' && (
        <Grants
          right="drive"
          label="Drives"
          none="No robot yet"
          grants={given.drive}
          change={(drive) => {
            change({ ...given, drive });
          }}
        />
      )}
      <Grants
        right="own"
        label="Is"
        none="Nobody on the map"
        hint="Whose phone this is: may share, export and erase it."
        grants={given.own}
        change={(own) => {
          change({ ...given, own });
        }}
      />
    </>
  );
}
