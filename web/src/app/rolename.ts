/** What the roles of accounts are called. */
import { t } from '@lingui/core/macro';

/** A role within a sentence: "viewer". One that the page does not know is named as the server does. */
export function roleName(role: string): string {
  if (role === 'admin') return t({ message: 'admin', context: 'role of an account' });
  if (role === 'operator') return t({ message: 'operator', context: 'role of an account' });
  return role === 'viewer' ? t({ message: 'viewer', context: 'role of an account' }) : role;
}
