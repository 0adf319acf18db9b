/** Which paragraph of the documents helps with which refusal. Pure. */
import type { CODES } from '../generated';

/** The server's codes, and those of this page when there was no answer. */
export type ErrorCode = (typeof CODES)[number] | 'offline' | 'lost' | 'timeout';

const TROUBLESHOOTING = 'docs/operators/troubleshooting.html#';
const ROBOT = `${TROUBLESHOOTING}a-robot-cannot-be-taken`;
const RIGHTS = `${TROUBLESHOOTING}not-for-this-role-or-way-not-from-our-page`;
const LINK = 'docs/users/sharing.html#a-link-for-people-without-an-account';
const SIGNING_IN_AT = 'docs/users/signing-in.html#';
const SIGNING_IN = `${SIGNING_IN_AT}a-code-besides-the-password`;
const PHONES = 'docs/operators/phones.html#how-phones-are-served';
const DRIVING = 'docs/users/driving.html#take-drive-let-go';

/** tests/documents.test.ts finds each paragraph, and each code of the contract here or below. */
export const ERROR_PAGES: Partial<Record<ErrorCode, string>> = {
  asked: DRIVING,
  busy: `${TROUBLESHOOTING}503-busy`,
  cannot_set_up: PHONES,
  declined: DRIVING,
  degraded: `${TROUBLESHOOTING}the-disk-is-full-or-cannot-be-written-degraded`,
  early: LINK,
  ended: LINK,
  forbidden: RIGHTS,
  foreign: RIGHTS,
  free: DRIVING,
  held: ROBOT,
  impossible: 'docs/users/alerts.html#making-a-rule',
  no_answer: DRIVING,
  no_broker: ROBOT,
  no_commands: PHONES,
  no_driving: ROBOT,
  no_lifeline: ROBOT,
  need_code: SIGNING_IN,
  need_passkey: SIGNING_IN,
  no_owner: PHONES,
  no_passkeys: `${SIGNING_IN_AT}where-passkeys-do-not-work`,
  no_store: `${TROUBLESHOOTING}nobody-drives-the-common-store-cannot-be-asked`,
  not_asking: DRIVING,
  not_running: ROBOT,
  not_sent: `${TROUBLESHOOTING}broker-lost`,
  not_yours: 'docs/users/driving.html#it-stops-by-itself',
  past: 'docs/users/past.html#the-past',
  phone: 'docs/users/regions.html#regions-of-a-phone',
  revoked: LINK,
  shared: 'docs/users/regions.html#draw-one',
  signed_out: `${TROUBLESHOOTING}your-rights-have-changed-or-the-session-has-expired`,
  stale: 'docs/users/regions.html#draw-one',
  two_servers: `${TROUBLESHOOTING}another-sightline-is-at-this-broker-and-shares-no-store`,
  unknown_passkey: `${SIGNING_IN_AT}a-lost-phone`,
  unseen: ROBOT,
  wait: `${TROUBLESHOOTING}too-many-attempts-please-wait`,
  used: 'docs/users/sharing.html#invite-somebody',
  yours: DRIVING,
};

/** These say themselves what to do, or are a mistake of the program that asked. */
export const NEED_NONE: readonly ErrorCode[] = [
  ...(['confirm', 'last_way', 'not_accepted', 'too_late', 'wrong_code'] as const),
  ...(['failed', 'full', 'gone', 'last_admin', 'malformed', 'method', 'not_json'] as const),
  ...(['signed_in', 'taken', 'too_many', 'unknown', 'weak', 'wrong'] as const),
  ...(['bad_all', 'bad_filter', 'bad_frame', 'bad_message', 'bad_mode', 'bad_names'] as const),
  ...(['bad_path', 'bad_payload', 'bad_qos', 'bad_retain', 'bad_routine', 'bad_since'] as const),
  ...(['bad_find', 'bad_stored', 'bad_sub', 'bad_thing', 'bad_topic', 'bad_watch'] as const),
  ...(['away', 'barred', 'cancelled', 'elsewhere', 'last_way', 'linked'] as const),
  ...(['no_account', 'no_role', 'not_begun', 'untrusted'] as const),
  // Another search took its place.
  ...(['superseded'] as const),
  // The connection, of which the banner says more. A robot that is `offline` says so itself, too.
  ...(['offline', 'lost', 'timeout'] as const),
];

/** Where in the documents to read on about a refusal. */
export function errorPage(code: string): string | undefined {
  return Object.hasOwn(ERROR_PAGES, code) ? ERROR_PAGES[code as ErrorCode] : undefined;
}
