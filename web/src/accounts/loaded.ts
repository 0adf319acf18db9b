/** Asking the server for a list, and for the same again after something changed. */
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { failureOf } from '../ui/failure';

export interface Loaded<T> {
  /** Absent until the first answer; what was known stays while it is asked for again. */
  readonly value: T | undefined;
  readonly why: string;
  readonly again: () => Promise<void>;
}

/** What `ask` answers, asked once and whenever `about` changes. */
export function useLoaded<T>(ask: () => Promise<T>, about = ''): Loaded<T> {
  const [value, setValue] = useState<{ about: string; value: T }>();
  const [why, setWhy] = useState('');
  const latest = useRef(ask);
  latest.current = ask;
  const turn = useRef(0);
  const again = useCallback(async () => {
    const mine = ++turn.current;
    try {
      const found = await latest.current();
      if (mine !== turn.current) return;
      setValue({ about, value: found });
      setWhy('');
    } catch (error) {
      if (mine === turn.current) setWhy(failureOf(error, Date.now()).why);
    }
  }, [about]);
  useEffect(() => {
    void again();
    return () => {
      turn.current++;
    };
  }, [again]);
  return { value: value?.about === about ? value.value : undefined, why, again };
}
