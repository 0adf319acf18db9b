/** Stand-ins for the server, held to what it declares: an answer that it would not give is refused. */
import { apiOver } from '../src/net/api';
import type { Api } from '../src/net/api';
import { granted } from '../src/net/requests';
import type { Ask } from '../src/net/requests';

type Fields = Readonly<Record<string, unknown>>;

/** Requests over the WebSocket that are answered so. */
export function askOf(answer: (request: string, fields: Fields) => Promise<object>): Ask {
  return async (request, fields) =>
    granted(request, { ok: true, ...(await answer(request, fields as Fields)) });
}

/** Calls of the HTTP API that are answered so, by method, path with its query, and fields. */
export function apiOf(
  answer: (method: string, path: string, fields: unknown) => Promise<object>,
): Api {
  return apiOver({
    json: async (method, path, fields) => ({ ok: true, ...(await answer(method, path, fields)) }),
    file: () => Promise.reject(new Error('there is no file')),
  });
}
