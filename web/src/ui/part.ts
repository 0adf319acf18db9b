/** Small contexts: a part of the page that components ask for by name, and nothing besides it. */
import { createContext } from 'preact';
import type { Provider } from 'preact';
import { useContext } from 'preact/hooks';

/** Make a context for one part: what provides it, and the hook that gets it. */
export function part<T extends object>(
  name: string,
): readonly [provide: Provider<T | null>, use: () => T] {
  const context = createContext<T | null>(null);
  const use = (): T => {
    const found = useContext(context);
    if (found === null) throw new Error(`nothing above this component provides ${name}`);
    return found;
  };
  return [context.Provider, use];
}
