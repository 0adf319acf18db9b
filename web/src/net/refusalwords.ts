/**
 * Refusals in the reader's language, by their code. The server writes English, and in English its own
 * sentence is the best there is: it names what it is about. In another language the page has a
 * sentence for each code; one that it does not know is told in the server's words.
 */
import { t } from '@lingui/core/macro';
import { i18n } from '#words/i18n';

/** What is told of a refusal: `why` is the server's sentence. */
export function refusalText(code: string, why: string, wait = 0): string {
  if (i18n.locale === 'en') return why;
  if (code === 'wait') return waitText(wait);
  if (/^bad_|^malformed$/.test(code)) return t`The server could not use this: ${why}`;
  return words()[code] ?? why;
}

function waitText(wait: number): string {
  const seconds = Math.ceil(wait);
  return seconds > 0
    ? t`Too many attempts. Try again in ${seconds} s.`
    : t`Too many attempts. Try again in a moment.`;
}

const words = (): Readonly<Record<string, string>> => ({
  ...accounts(),
  ...factors(),
  ...driving(),
  ...others(),
});

/** Signing in, accounts and links. */
const accounts = (): Record<string, string> => ({
  early: t`This link is not valid yet.`,
  ended: t`This link is not valid any more.`,
  forbidden: t`You may not do this.`,
  foreign: t`This did not come from our own page.`,
  last_admin: t`There must be at least one admin.`,
  revoked: t`This link was withdrawn.`,
  signed_in: t`You are signed in already.`,
  signed_out: t`Please sign in again.`,
  taken: t`This name is taken.`,
  unknown: t`There is no such thing, or it is not for you.`,
  used: t`This link was used already.`,
  weak: t`This password is too easy to guess.`,
  wrong: t`Name or password is wrong.`,
});

/** Passkeys, and codes besides the password. */
const factors = (): Record<string, string> => ({
  confirm: t`Please give your password once more.`,
  last_way: t`This is the only way into your account.`,
  need_code: t`Choose a password first: your account asks for a code.`,
  need_passkey: t`This account needs more than a password: sign in with your passkey.`,
  no_passkeys: t`Passkeys need an address with a name and https.`,
  not_accepted: t`The passkey was not accepted.`,
  too_late: t`That took too long. Try again.`,
  unknown_passkey: t`This passkey is not known here.`,
  wrong_code: t`This code is not right, or was used already.`,
});

/** Robots, and who drives them. */
const driving = (): Record<string, string> => ({
  asked: t`Somebody has asked for the robot already.`,
  declined: t`The driver keeps the robot.`,
  free: t`Nobody drives this robot.`,
  held: t`Somebody else drives this robot.`,
  no_answer: t`The driver did not answer.`,
  no_broker: t`The server knows no broker for this robot.`,
  no_driving: t`Driving is switched off on this server.`,
  no_lifeline: t`The robot cannot be stopped safely just now, so it cannot be driven.`,
  not_asking: t`Nobody asks for the robot any more.`,
  not_running: t`The robot’s main routine is not running.`,
  not_sent: t`It could not be sent: the broker is not connected.`,
  not_yours: t`You do not drive this robot.`,
  two_servers: t`Another server drives at the same broker.`,
  unseen: t`The robot has not been heard.`,
  yours: t`You drive this robot already.`,
});

/** Phones, regions, history, and the server itself. */
const others = (): Record<string, string> => ({
  busy: t`The server is busy. Try again in a moment.`,
  cannot_set_up: t`Phones cannot be set up from here.`,
  degraded: t`The server cannot write to its disk. Nothing can be changed just now.`,
  failed: t`Something went wrong on the server. Its log says more.`,
  full: t`There is no room for more.`,
  gone: t`It is not there any more.`,
  impossible: t`This rule could never tell anything as it is.`,
  no_commands: t`This server sends no commands to phones.`,
  no_owner: t`No account has this phone.`,
  no_store: t`The store that the servers share cannot be reached.`,
  past: t`This is not possible while the past is shown.`,
  phone: t`A region of a phone is changed on the phone.`,
  shared: t`You may not change shared regions.`,
  stale: t`Somebody changed it meanwhile.`,
  too_many: t`There are too many already.`,
});
