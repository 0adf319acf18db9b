/** Why something was refused, in words, and how long one is to wait. */
import { t } from '@lingui/core/macro';
import { Denied } from '../net/api';
import { Refused } from '../net/requests';

export interface Failure {
  readonly code: string;
  readonly why: string;
  /** Local epoch milliseconds before which another try is useless. */
  readonly until: number;
}

export function failureOf(error: unknown, now: number): Failure {
  if (error instanceof Denied) {
    return { code: error.code, why: error.message, until: now + error.wait * 1000 };
  }
  if (error instanceof Refused) return { code: error.code, why: error.message, until: now };
  throw error;
}

/** What is said of a failure, and for how many seconds one must wait still. */
export function failureText(
  failure: Failure,
  now: number,
): { text: string; wait: number; over: boolean } {
  const wait = Math.max(0, Math.ceil((failure.until - now) / 1000));
  if (failure.code !== 'wait') return { text: failure.why, wait, over: false };
  return {
    text: wait > 0 ? failure.why.replace(/ Try again.*$/, '') : t`You can try again now.`,
    wait,
    over: wait === 0,
  };
}
