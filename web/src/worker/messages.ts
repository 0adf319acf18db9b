/** What the page and its service worker say to each other. */

/** The page to its worker. */
export type ToWorker =
  /** The new version may take over: somebody wants it. */
  | { readonly what: 'take-over' }
  /** These files were used before the worker was there: keep them, too. */
  | { readonly what: 'keep'; readonly urls: readonly string[] }
  /** Does your build have this file? It answers over the port: true or false. */
  | { readonly what: 'holds'; readonly url: string }
  /**
   * Somebody signed out: what is shown of theirs outside the page goes, and no push comes any more.
   * `tell` the server, too, as long as one may. It answers over the port, if there is one, when it is done.
   */
  | { readonly what: 'forget'; readonly tell: boolean };

/** The worker to a page: go there. It answers over the port whether it did. */
export interface ToPage {
  readonly what: 'open';
  readonly url: string;
}

/** `busy`: a robot is driven there, and nothing may come between. */
export type PageAnswer = 'done' | 'busy';

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What a page said; null when it is nothing that this worker knows. */
export function readToWorker(data: unknown): ToWorker | null {
  if (!isRecord(data)) return null;
  const { what, urls, url, tell } = data;
  if (what === 'take-over') return { what };
  if (what === 'forget') return { what, tell: tell === true };
  if (what === 'holds') return typeof url === 'string' ? { what, url } : null;
  if (what !== 'keep' || !Array.isArray(urls)) return null;
  return { what, urls: urls.filter((url) => typeof url === 'string') };
}
