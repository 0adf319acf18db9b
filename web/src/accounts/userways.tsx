/** How somebody signs in, for admins: what there is, and taking it away when a phone is lost. */
import { plural, t } from '@lingui/core/macro';
import { useState } from 'preact/hooks';
import { useServer } from '../app/context';
import { Sure } from '../ui/actbutton';
import type { Account } from './wording';

export function UserWays({ user, again }: { user: Account; again: () => Promise<void> }) {
  const { api } = useServer();
  const [said, setSaid] = useState('');
  const some = user.passkeys > 0 || user.app;
  return (
    <>
      <ul class="facts-list">
        <li>{user.password ? t`A password` : t`No password`}</li>
        <li>
          {user.passkeys === 0
            ? t`No passkeys`
            : plural(user.passkeys, { one: '# passkey', other: '# passkeys' })}
        </li>
        <li>{user.app ? t`A code of an app after the password` : t`No code after the password`}</li>
      </ul>
      {some && (
        <>
          <p class="said">{t`If their phone is lost, take both away: then they sign in by password, or by a link for a new one. It is written into the audit log.`}</p>
          <Sure
            words={t`Take passkeys and app away`}
            sure={t`Yes, take them away`}
            act={async () => {
              const left = await api.del('users/{name}/factors', { name: user.name });
              await again();
              setSaid(
                left.password
                  ? t`Done. They sign in by password now.`
                  : t`Done. They have no password: make a link for a new one under Password.`,
              );
            }}
          />
        </>
      )}
      <p class="good" role="status">
        {said}
      </p>
    </>
  );
}
