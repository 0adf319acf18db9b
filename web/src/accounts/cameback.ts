/** The end of a sign-in at a provider: what it sent back is handed over, and what came of it told. */
import { t } from '@lingui/core/macro';
import type { Came } from '../app/session';
import { Denied } from '../net/api';
import type { Api } from '../net/api';

/** Hand over what follows `#oidc=`. Rejects with Denied only when the server cannot be reached. */
export async function cameBack(api: Api, answer: string): Promise<Came> {
  try {
    const {
      user,
      purpose,
      place,
      provider,
      adds_phone: addsPhone,
    } = await api.post('oidc', {
      answer,
    });
    // Nothing but a place of this page: whatever else stood there was left out by the server.
    if (place.startsWith('#')) history.replaceState(null, '', place);
    if (purpose !== 'link') return { user, addsPhone };
    const text = t`From now on you can sign in by ${provider}.`;
    return { notice: { tone: 'info', title: t`Linked`, text } };
  } catch (error) {
    if (!(error instanceof Denied) || error.code === 'offline') throw error;
    return { notice: { tone: 'bad', title: t`This did not work`, text: refusedText(error) } };
  }
}

/** Why a sign-in elsewhere was refused, in words for anybody who tried. */
export function refusedText({ code, message }: Denied): string {
  return words()[code] ?? message;
}

const words = (): Readonly<Partial<Record<string, string>>> => ({
  no_account: t`Nobody here is linked with this sign-in yet. Sign in as usual and link it on your account page, or ask whoever looks after this server.`,
  barred: t`Your account here was closed. Whoever looks after this server can open it again.`,
  no_role: t`You belong to none of the groups that may come in here.`,
  not_begun: t`This sign-in was not begun in this browser, or it took longer than ten minutes. Please begin again.`,
  cancelled: t`The sign-in was not completed. You can try again.`,
  linked: t`This sign-in belongs to another account here already.`,
  taken: t`Somebody here is called so already. If that is you, sign in as usual and link this sign-in on your account page.`,
});
