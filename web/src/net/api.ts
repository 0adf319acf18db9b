/**
 * Calls to the server over HTTP: accounts, links, the audit log. JSON both ways; what is refused is
 * thrown as Denied, in the server's words. Paths, fields and answers are those that the server
 * declares (`Calls` in generated.ts).
 *
 * The session is a cookie no script reads. A change goes out as declared JSON from our own origin,
 * which is what the server asks of a page that may change something; no form of another site can.
 */
import { t } from '@lingui/core/macro';
import { REPLIES } from '../generated';
import type { Calls } from '../generated';
import { isRecord } from './record';
import { refusalText } from './refusalwords';
import type { Code } from './requests';
import { read } from './shape';
import type { Read, Shape } from './shape';

/** Given up after so many milliseconds. A password takes the server some time by design. */
const WITHIN = 20_000;
/** The same, where the server asks somebody else meanwhile: a test of a way to be told. */
const WITHIN_OTHERS = 50_000;

/** The server said no, or could not be asked. The message is for people. */
export class Denied extends Error {
  override readonly name = 'Denied';
  /** A word for programs: the server's, or "offline" when there was no answer. */
  readonly code: Code;
  /** Seconds until another try is worth it; 0 when that makes no difference. */
  readonly wait: number;

  constructor(code: Code, why: string, wait = 0) {
    super(refusalText(code, why, wait));
    this.code = code;
    this.wait = wait;
  }
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

type Declared = keyof Calls;

/** The call of a method and a path. */
type CallOf<M extends Method, P extends string> = `${M} /${P}` & Declared;

/** The paths of a method, as `users/{name}`. */
type Paths<M extends Method> = {
  [C in Declared]: C extends `${M} /${infer P}` ? P : never;
}[Declared];

/** Paths whose answer is a file. */
type FilePaths = {
  [C in Declared]: Calls[C]['answers'] extends Blob
    ? C extends `GET /${infer P}`
      ? P
      : never
    : never;
}[Declared];

/** The names of the parts of a path: `user` and `device` of `friends/{user}/{device}/export`. */
type PartNames<P extends string> = P extends `${string}{${infer Name}}${infer Rest}`
  ? Name | PartNames<Rest>
  : never;

type Parts<P extends string> = [PartNames<P>] extends [never]
  ? []
  : [parts: Readonly<Record<PartNames<P>, string>>];

type Optional<F> = { [K in keyof F]-?: object extends Pick<F, K> ? K : never }[keyof F];

/** The fields of a call; one that may be absent may be undefined, which is not sent. */
type Given<F> = Omit<F, Optional<F>> & { readonly [K in Optional<F>]?: F[K] | undefined };

type Fields<F> = string extends keyof F
  ? []
  : object extends F
    ? [fields?: Given<F>]
    : [fields: Given<F>];

type Asked<M extends Method, P extends string> = [
  ...Parts<P>,
  ...Fields<Calls[CallOf<M, P>]['asks']>,
];

/** The answer of a call that was granted. */
export type Reply<C extends Declared> = Read<Calls[C]['answers']>;

/** A call by its path: the parts of the path by their names, if it has any, then the fields. */
type Caller<M extends Method> = <P extends Paths<M>>(
  path: P,
  ...asked: Asked<M, P>
) => Promise<Reply<CallOf<M, P>>>;

export interface Api {
  readonly get: Caller<'GET'>;
  readonly post: Caller<'POST'>;
  readonly put: Caller<'PUT'>;
  readonly patch: Caller<'PATCH'>;
  readonly del: Caller<'DELETE'>;
  /** A file, with the name the server gave it. */
  file<P extends FilePaths>(path: P, ...asked: Asked<'GET', P>): Promise<NamedFile>;
}

export interface NamedFile {
  readonly name: string;
  readonly content: Blob;
}

/** The way of a call to the server: its answer, or Denied. */
export interface Transport {
  json(method: Method, path: string, fields?: object): Promise<unknown>;
  file(path: string): Promise<NamedFile>;
}

/** The API by this way. */
export function apiOver(transport: Transport): Api {
  const caller =
    <M extends Method>(method: M) =>
    async (path: string, ...asked: readonly (object | undefined)[]): Promise<never> => {
      const [where, fields] = filled(path, asked);
      const inPath = method === 'GET' ? where + queryText(fields as Query | undefined) : where;
      // A call that changes something says so by its body, whether it has fields or not.
      const body = method === 'POST' ? (fields ?? {}) : method === 'GET' ? undefined : fields;
      return reply(`${method} /${path}`, await transport.json(method, inPath, body)) as never;
    };
  return {
    get: caller('GET'),
    post: caller('POST'),
    put: caller('PUT'),
    patch: caller('PATCH'),
    del: caller('DELETE'),
    file: (path, ...asked) => transport.file(filled(path, asked)[0]),
  };
}

/** A path with its parts filled in, and the fields. */
function filled(
  path: string,
  asked: readonly (object | undefined)[],
): [path: string, fields: object | undefined] {
  if (!path.includes('{')) return [path, asked[0]];
  const parts = asked[0] as Readonly<Record<string, string>>;
  return [
    path.replace(/{(\w+)}/g, (_, name: string) => encodeURIComponent(parts[name] ?? '')),
    asked[1],
  ];
}

function reply(call: string, said: unknown): object {
  const shape = REPLIES[call as Declared] as Shape<object> | null | undefined;
  const found = shape && read(shape, said);
  if (!found) throw new Denied('malformed', t`The server sent something unreadable.`);
  return found;
}

/**
 * The API below `base` (an absolute URL). `signedOut` is called when an answer says that nobody is
 * signed in any more.
 */
export function createApi(base: string, signedOut: () => void = () => undefined): Api {
  const ask = async (method: string, path: string, fields?: object): Promise<Response> => {
    let response: Response;
    try {
      response = await fetch(new URL(path, base), {
        method,
        credentials: 'same-origin',
        cache: 'no-store',
        redirect: 'error',
        signal: AbortSignal.timeout(path.endsWith('/test') ? WITHIN_OTHERS : WITHIN),
        ...(fields === undefined
          ? {}
          : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(fields) }),
      });
    } catch {
      throw new Denied('offline', t`The server cannot be reached.`);
    }
    if (!response.ok) {
      const why = await denial(response);
      if (why.code === 'signed_out') signedOut();
      throw why;
    }
    return response;
  };
  return apiOver({
    json: async (method, path, fields) => json(await ask(method, path, fields)),
    async file(path) {
      const response = await ask('GET', path);
      const name = /filename="([^"]+)"/.exec(response.headers.get('content-disposition') ?? '');
      return { name: name?.[1] ?? 'sightline', content: await response.blob() };
    },
  });
}

/** A path whose parts are made of names: whatever is in them stays within its part. */
export function path(words: TemplateStringsArray, ...parts: readonly string[]): string {
  return words.reduce((whole, word, n) => whole + encodeURIComponent(parts[n - 1] ?? '') + word);
}

/** What a field of a query may be. */
type Query = Readonly<Record<string, string | number | boolean | null | undefined>>;

export function queryText(query: Query = {}): string {
  const asked = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null && value !== '') asked.set(name, String(value));
  }
  const text = asked.toString();
  return text === '' ? '' : `?${text}`;
}

async function denial(response: Response): Promise<Denied> {
  const said = await json(response);
  if (isRecord(said) && typeof said['code'] === 'string' && typeof said['why'] === 'string') {
    return new Denied(
      said['code'] as Code, // a newer server's is one that nothing here knows
      said['why'],
      typeof said['wait'] === 'number' ? said['wait'] : 0,
    );
  }
  return new Denied('failed', t`The server answered with ${response.status}.`);
}

async function json(response: Response): Promise<unknown> {
  try {
    return (await response.json()) as unknown;
  } catch {
    return undefined;
  }
}
