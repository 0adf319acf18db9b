/** A server for calls over HTTP: one answer after the other; what was asked is kept. */
export const BASE = 'http://here/prefix/api/1/';

export class Server {
  readonly asked: { method: string; path: string; init: RequestInit }[] = [];
  readonly answers: (Response | Error)[] = [];

  fetch = (url: URL, init: RequestInit): Promise<Response> => {
    this.asked.push({ method: init.method ?? '', path: url.pathname + url.search, init });
    const answer = this.answers.shift() ?? new Error('nothing more to say');
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  };

  says(body: unknown, status = 200, headers: Record<string, string> = {}): this {
    this.answers.push(new Response(JSON.stringify(body), { status, headers }));
    return this;
  }

  isAway(): this {
    this.answers.push(new TypeError('Failed to fetch'));
    return this;
  }
}
