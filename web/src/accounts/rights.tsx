/** The role of an account, and what it is given. */
import { t } from '@lingui/core/macro';
import { roleName } from '../app/rolename';
import { ROLES } from '../app/visitor';
import { useRoster } from '../things/context';
import { ownText, rightsText } from './choices';
import type { Given } from './choices';
import { Picker } from './picker';
import { roleWords } from './wording';

export type { Given };

export function Rights({
  given,
  change,
  own = true,
}: {
  given: Given;
  change(given: Given): void;
  /** Ask who they are on the map, too. */
  own?: boolean;
}) {
  return (
    <>
      <fieldset class="roles">
        <legend>{t`Role`}</legend>
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
              <b>{roleName(role)}</b>
              <small>{roleWords(role)}</small>
            </span>
          </label>
        ))}
      </fieldset>
      {given.role !== 'admin' && (
        <Picker
          right="see"
          label={t`Sees`}
          grants={given.see}
          change={(see) => {
            change({ ...given, see });
          }}
        />
      )}
      {given.role === 'operator' && (
        <Picker
          right="drive"
          label={t`Drives`}
          grants={given.drive}
          change={(drive) => {
            change({ ...given, drive });
          }}
        />
      )}
      {own && (
        <Picker
          right="own"
          label={t`Whose phone is theirs`}
          hint={t`They may share it, set it up, copy and erase what is known of it.`}
          grants={given.own}
          change={(mine) => {
            change({ ...given, own: mine });
          }}
        />
      )}
      <RightsText given={given} />
    </>
  );
}

/** What is given, in words. */
export function RightsText({ given }: { given: Given }) {
  const { entries } = useRoster();
  const own = ownText(given.own, entries);
  return (
    <p class="rights-text" role="status">
      <span>{rightsText(given, entries)}</span>
      {own !== '' && <span>{own}</span>}
    </p>
  );
}
