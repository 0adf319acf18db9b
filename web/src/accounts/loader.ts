/** Asking the server for a list, and for the same again after something changed. */
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { failureOf } from '../ui/failure';
import type { Failure } from '../ui/failure';

export interface Loaded<T> {
  /** Absent until the first answer; what was known stays while it is asked for again. */
  readonly value: T | undefined;
  readonly failure: Failure | null;
  readonly again: () => Promise<void>;
}

/** What `ask` answers, asked once and whenever `about` changes. */
export function useLoaded<T>(ask: () => Promise<T>, about = ''): Loaded<T> {
  const [value, setValue] = useState<{ about: string; value: T }>();
  const [failure, setFailure] = useState<Failure | null>(null);
  const latest = useRef(ask);
  latest.current = ask;
  const turn = useRef(0);
  const again = useCallback(async () => {
    const mine = ++turn.current;
    try {
      const found = await latest.current();
      if (mine !== turn.current) return;
      setValue({ about, value: found });
      setFailure(null);
    } catch (error) {
      if (mine === turn.current) setFailure(failureOf(error, Date.now()));
    }
  }, [about]);
  useEffect(() => {
    void again();
    return () => {
      turn.current++;
    };
  }, [again]);
  return { value: value?.about === about ? value.value : undefined, failure, again };
}
