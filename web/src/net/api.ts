/**
 * Calls to the server over HTTP: accounts, links, the audit log. JSON both ways; what is refused is
 * thrown as Denied, in the server's words.
 *
 * The session is a cookie no script reads. A change goes out as declared JSON from our own origin,
 * which is what the server asks of a page that may change something; no form of another site can.
 */
import { isRecord } from './protocol';
import { read } from './shape';
import type { Read, Shape } from './shape';

/** The answer of a call that was granted. */
export type Reply = Readonly<Record<string, unknown>>;

/** Given up after so many milliseconds. A password takes the server some time by design. */
const WITHIN = 20_000;

/** The server said no, or could not be asked. The message is for people. */
export class Denied extends Error {
  override readonly name = 'Denied';
  /** A word for programs: the server's, or "offline" when there was no answer. */
  readonly code: string;
  /** Seconds until another try is worth it; 0 when that makes no difference. */
  readonly wait: number;

  constructor(code: string, why: string, wait = 0) {
    super(why);
    this.code = code;
    this.wait = wait;
  }
}

/** What a part of a path or query may be. */
type Query = Readonly<Record<string, string | number | undefined>>;

export interface Api {
  get(path: string, query?: Query): Promise<Reply>;
  post(path: string, fields?: object): Promise<Reply>;
  put(path: string, fields: object): Promise<Reply>;
  patch(path: string, fields: object): Promise<Reply>;
  del(path: string): Promise<Reply>;
  /** A file, with the name the server gave it. */
  file(path: string): Promise<{ readonly name: string; readonly content: Blob }>;
}

/**
 * The API below `base` (an absolute URL). `signedOut` is called when an answer says that nobody is
 * signed in any more.
 */
export function createApi(base: string, signedOut: () => void = () => undefined): Api {
  const ask = async (method: string, path: string, fields?: object): Promise<Response> => {
    let response: Response;
    try {
      response = await fetch(new URL(path.replace(/^\//, ''), base), {
        method,
        credentials: 'same-origin',
        cache: 'no-store',
        redirect: 'error',
        signal: AbortSignal.timeout(WITHIN),
        ...(fields === undefined
          ? {}
          : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(fields) }),
      });
    } catch {
      throw new Denied('offline', 'The server cannot be reached.');
    }
    if (!response.ok) {
      const why = await denial(response);
      if (why.code === 'signed_out') signedOut();
      throw why;
    }
    return response;
  };
  const call = async (method: string, path: string, fields?: object): Promise<Reply> => {
    const response = await ask(method, path, fields);
    const said = await json(response);
    if (!isRecord(said)) throw new Denied('malformed', 'The server sent something unreadable.');
    return said;
  };
  return {
    get: (path, query = {}) => call('GET', path + queryText(query)),
    post: (path, fields = {}) => call('POST', path, fields),
    put: (path, fields) => call('PUT', path, fields),
    patch: (path, fields) => call('PATCH', path, fields),
    del: (path) => call('DELETE', path),
    async file(path) {
      const response = await ask('GET', path);
      const name = /filename="([^"]+)"/.exec(response.headers.get('content-disposition') ?? '');
      return { name: name?.[1] ?? 'sightline', content: await response.blob() };
    },
  };
}

/** What a call was answered with, as the contract declares it. Throws Denied when it is something else. */
export function answerOf<S>(shape: Shape<S>, reply: Reply): Read<S> {
  const found = read(shape, reply);
  if (!found) throw new Denied('malformed', 'The server sent something unreadable.');
  return found;
}

/** A path whose parts are made of names: whatever is in them stays within its part. */
export function path(words: TemplateStringsArray, ...parts: readonly string[]): string {
  return words.reduce((whole, word, n) => whole + encodeURIComponent(parts[n - 1] ?? '') + word);
}

export function queryText(query: Query): string {
  const asked = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== '') asked.set(name, String(value));
  }
  const text = asked.toString();
  return text === '' ? '' : `?${text}`;
}

async function denial(response: Response): Promise<Denied> {
  const said = await json(response);
  if (isRecord(said) && typeof said['code'] === 'string' && typeof said['why'] === 'string') {
    return new Denied(
      said['code'],
      said['why'],
      typeof said['wait'] === 'number' ? said['wait'] : 0,
    );
  }
  return new Denied('failed', `The server answered with ${String(response.status)}.`);
}

async function json(response: Response): Promise<unknown> {
  try {
    return (await response.json()) as unknown;
  } catch {
    return undefined;
  }
}
