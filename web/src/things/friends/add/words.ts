/** What is said of a phone that is waited for: it is here, or why not. Pure. */
import { t } from '@lingui/core/macro';
import type { Reply } from '../../../net/api';
import { reachOf } from './reach';

export type Attempt = Omit<Reply<'GET /phones/{user}/{device}'>, 'ok'>;

/** Seconds of silence after which it is said what helps. */
export const LONG = 30;

export interface PhoneProgress {
  readonly tone: 'wait' | 'ok' | 'warn';
  readonly title: string;
  readonly text: string;
  /** What helps, in the order in which it is to be tried. */
  readonly hints: readonly string[];
}

interface About {
  /** How the phone is to call itself: `jane/phone`. */
  readonly id: string;
  /** Where it is to reach us; empty when that is not known here. */
  readonly url: string;
  /** Server time, epoch seconds. */
  readonly now: number;
  /** When this was begun to be looked at. */
  readonly from: number;
}

export function tell(attempt: Attempt | null, about: About): PhoneProgress {
  if (attempt?.here !== undefined) {
    return { tone: 'ok', title: t`The phone is here`, text: '', hints: [] };
  }
  if (attempt && attempt.trouble !== 'none') return troubleOf(attempt, about.id);
  if (attempt?.reached !== undefined) {
    return {
      tone: 'wait',
      title: t`The phone has reached us`,
      text: t`Its first position is still to come. Outdoors or at a window it comes sooner.`,
      hints: [t`In OwnTracks, touch the arrow that sends the position now.`],
    };
  }
  if (about.now - about.from < LONG) {
    return {
      tone: 'wait',
      title: t`Waiting for the phone`,
      text: t`As soon as it has said where it is, it shows here. You may close this: the waiting goes on.`,
      hints: [],
    };
  }
  return {
    tone: 'wait',
    title: t`Nothing has reached us yet`,
    text: t`You may close this: the waiting goes on. What helps most often:`,
    hints: hints(about.url),
  };
}

function troubleOf(attempt: Attempt, id: string): PhoneProgress {
  const [user = '', device = ''] = id.split('/');
  const { detail, address } = attempt;
  const warn = (title: string, text: string): PhoneProgress => ({
    tone: 'warn',
    title,
    text,
    hints: [],
  });
  switch (attempt.trouble) {
    case 'wrong_password':
      return warn(
        t`A wrong password`,
        detail === ''
          ? t`Something came from ${address} without the password that was shown here. Open the link on the phone once more, or set it up again.`
          : t`Something came from ${address} as “${detail}” with a wrong password. Open the link on the phone once more, or set it up again.`,
      );
    case 'other_user':
      return warn(
        t`Another user name`,
        t`The phone came from ${address} with the right password, but as “${detail}”. Its user name must be “${user}”.`,
      );
    case 'other_device':
      return warn(
        t`Another name`,
        t`The phone came from ${address} with the right password, but calls itself “${detail}”. Its user name must be “${user}” and its device ID “${device}”.`,
      );
    case 'busy':
      return warn(
        t`No room just then`,
        t`The phone came, and its message had no place just then. It comes again by itself.`,
      );
    default:
      return warn(
        t`A message that cannot be read`,
        t`Something came from the phone that could not be read: ${detail}.`,
      );
  }
}

function hints(url: string): readonly string[] {
  const parsed = URL.canParse(url) ? new URL(url) : null;
  const reach = parsed && reachOf(parsed);
  const origin = parsed?.origin ?? '';
  return [
    ...(reach === 'machine'
      ? [t`The address is good on this computer only: no phone can reach it.`]
      : reach === 'network'
        ? [t`Is the phone in the same Wi-Fi as this server?`]
        : [t`Is the phone online?`]),
    ...(parsed ? [t`Open ${origin} in the phone’s browser: this page must come up.`] : []),
    t`Did the app ask whether it may take the settings over, and did you say yes?`,
    t`The app must be allowed to use the location, best “always”.`,
    t`In OwnTracks, touch the arrow that sends the position now.`,
  ];
}
