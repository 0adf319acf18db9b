/** What people are called: the display names of accounts, asked for once, a few at a time. */
import { signal } from '@preact/signals';
import type { Signal } from '@preact/signals';
import type { Api } from '../net/api';
import { useServer, useWho } from './context';

/** Names in one question. */
const AT_ONCE = 100;

class Directory {
  private readonly known = new Map<string, Signal<string>>();
  private readonly wanted = new Set<string>();

  constructor(private readonly api: Api) {}

  /** What an account is called; by its name until that is known. */
  called(account: string): Signal<string> {
    let found = this.known.get(account);
    if (!found) {
      found = signal(account);
      this.known.set(account, found);
      this.wanted.add(account);
      if (this.wanted.size === 1) queueMicrotask(() => void this.ask());
    }
    return found;
  }

  private async ask(): Promise<void> {
    const names = [...this.wanted].slice(0, AT_ONCE);
    for (const name of names) this.wanted.delete(name);
    if (this.wanted.size > 0) queueMicrotask(() => void this.ask());
    try {
      const { people } = await this.api.get('people', { names: names.join('\n') });
      for (const name of names) {
        const display = people[name];
        if (display !== undefined) this.called(name).value = display;
      }
    } catch {
      // By the name of the account, then.
    }
  }
}

const directories = new WeakMap<Api, Directory>();

/** What accounts are called, for text. Names of ours and of nobody stay as they are. */
export function useCaller(): (account: string) => string {
  const { api } = useServer();
  const { visitor } = useWho();
  // Who came by a link is told of no others.
  if (visitor.way !== 'account') return (account) => account;
  let directory = directories.get(api);
  if (!directory) {
    directory = new Directory(api);
    directories.set(api, directory);
  }
  const found = directory;
  return (account) => (account === '' ? '' : found.called(account).value);
}

/** What one account is called. */
export function useCalled(account: string | undefined): string {
  return useCaller()(account ?? '');
}

/** An account by what its person is called. */
export function Person({ account }: { account: string }) {
  return <>{useCalled(account)}</>;
}
