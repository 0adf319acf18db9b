/** Answers of the server about the past of topics, asked for again while it is too busy. */
import { useEffect, useState } from 'preact/hooks';
import { Denied } from '../../net/api';

export interface Answered<T> {
  readonly answer: T | null;
  /** Why there is none, in words. */
  readonly trouble: string | null;
}

/** Between a question that came too early and the next, in milliseconds. */
const AGAIN = 1500;
const WAITING = { answer: null, trouble: null };

/**
 * The answer to a question that `key` names; null: nothing is asked. What was answered before stays
 * until the new answer is there, unless `fresh` says that it is about something else.
 */
export function useAnswer<T>(
  key: string | null,
  ask: () => Promise<T>,
  fresh: string = key ?? '',
): Answered<T> {
  const [known, setKnown] = useState<{ fresh: string; found: Answered<T> } | null>(null);
  useEffect(() => {
    if (key === null) return;
    let over = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const keep = (found: Answered<T>) => {
      if (!over) setKnown({ fresh, found });
    };
    const go = async () => {
      try {
        keep({ answer: await ask(), trouble: null });
      } catch (error) {
        if (!(error instanceof Denied)) throw error;
        if (error.code === 'busy' && !over) timer = setTimeout(() => void go(), AGAIN);
        keep({ answer: null, trouble: error.message });
      }
    };
    void go();
    return () => {
      over = true;
      clearTimeout(timer);
    };
  }, [key]);
  return known?.fresh === fresh ? known.found : WAITING;
}

/** What is shown of a payload: its text, or that it is none. */
export function payloadText({
  payload,
  base64,
}: {
  readonly payload?: string | undefined;
  readonly base64?: string | undefined;
}): string {
  if (payload !== undefined) return payload;
  const bytes = Uint8Array.from(atob(base64 ?? ''), (each) => each.charCodeAt(0));
  return [...bytes].map((each) => each.toString(16).padStart(2, '0')).join(' ');
}
