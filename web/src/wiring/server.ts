/** Our ways to the server, and who takes in each frame that comes. */
import { signal } from '@preact/signals';
import type { Signal } from '@preact/signals';
import type { Server } from '../app/context';
import type { ServerClock } from '../app/clock';
import { FrameLog } from '../app/framelog';
import type { Session } from '../app/session';
import type { World } from '../app/world';
import { createApi } from '../net/api';
import type { Api } from '../net/api';
import type { Answer, Hello, ServerFrame } from '../net/protocol';
import { Requests } from '../net/requests';
import { Socket } from '../net/socket';
import type { Connection } from '../net/socket';

/** What else is told of frames and of the connection; asked for only once frames come. */
export interface Receivers {
  /** An answer nobody waits for: of a driving frame. */
  answer(frame: Answer): void;
  /** A frame about this page's subscriptions, or of the tree of topics. */
  console(frame: Extract<ServerFrame, { t: 'heard' | 'sub' | 'topics' }>): void;
  changed(next: Connection): void;
}

interface Needs {
  readonly address: string;
  readonly api: Api | undefined;
  readonly session: Session | null;
  readonly world: World;
  readonly clock: ServerClock;
  readonly user: Signal<Hello['user']>;
  readonly receivers: Receivers;
}

export function createServer({ address, api, session, receivers, ...needs }: Needs): Server {
  const frameLog = new FrameLog();
  const connection = signal<Connection>({ state: 'connecting' });
  const socket = new Socket(address, {
    cursor: () => needs.world.cursor,
    frame(frame) {
      take(frame, { ...needs, receivers, requests });
    },
    state(next) {
      if (next.state === 'lost') requests.lost();
      if (next.state === 'live') void (session?.unconfirmed && session.check());
      receivers.changed(next);
      connection.value = next;
      document.documentElement.dataset['connection'] = next.state;
    },
    ended(why) {
      void session?.ended(why);
    },
    refused() {
      void session?.check();
    },
    text(direction, label, text) {
      frameLog.add(direction, label, text, Date.now());
    },
  });
  const requests = new Requests((label, text) => socket.send(label, text));
  return {
    connection,
    socket,
    requests,
    api: api ?? createApi(new URL('api/1/', document.baseURI).href),
    frameLog,
  };
}

/** Hand a frame to the part it is for. */
function take(
  frame: ServerFrame,
  to: Pick<Needs, 'world' | 'clock' | 'user' | 'receivers'> & { readonly requests: Requests },
): void {
  switch (frame.t) {
    case 'hello':
      to.clock.forget();
      to.clock.heard(frame.now);
      to.user.value = frame.user;
      to.world.greet(frame.epoch);
      break;
    case 'news':
      to.world.hear(frame);
      break;
    case 'beat':
      to.clock.heard(frame.now);
      break;
    case 'answer':
      if (!to.requests.answered(frame)) to.receivers.answer(frame);
      break;
    case 'heard':
    case 'sub':
    case 'topics':
      to.receivers.console(frame);
      break;
    case 'other':
      break;
  }
}
