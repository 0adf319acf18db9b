/** Starts the page. */
import '../fonts/fonts.css';
import './styles';
import { effect } from '@preact/signals';
import { render } from 'preact';
import { Shell, worldOf } from './pages/shell';
import { createApi } from './net/api';
import { createApp } from './wiring/app';
import { watchInstallable } from './app/installable';
import { onDevice } from './app/lastpicture';
import { Session, readTicket } from './app/session';
import { NewPhones } from './things/friends/add/newphones';
import { preferences } from './app/preferences';
import { speak } from './words/language';

/** The WebSocket beside this page, whatever prefix it is served under. */
function socketAddress(): string {
  const address = new URL('ws', document.baseURI);
  address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:';
  address.hash = '';
  address.search = '';
  return address.href;
}

// Before anything else: the browser may say so as soon as the page is there.
watchInstallable();

function start(): void {
  const liked = preferences();
  const api = createApi(new URL('api/1/', document.baseURI).href, () => void session.check());
  const session = new Session(
    api,
    async (answer) => (await import('./accounts/cameback')).cameBack(api, answer),
    onDevice,
  );
  const newPhones = new NewPhones(api, new URL('.', document.baseURI).href);
  const app = worldOf(session, (visitor, kept) =>
    createApp(socketAddress(), { visitor, kept, api, preferences: liked, session, newPhones }),
  );
  // What was shown once to somebody goes with them.
  effect(() => {
    const { is } = session.state.value;
    if (is !== 'in' && is !== 'asking' && is !== 'away') newPhones.forget();
  });
  // Anybody who was invited to bring a phone goes on with it.
  effect(() => {
    const state = session.state.value;
    if (state.is === 'in' && state.addsPhone) void newPhones.openIfAllowed();
  });

  const root = document.getElementById('app');
  if (!root) throw new Error('the page has no #app');
  render(<Shell session={session} app={app} />, root);

  // A secret stays in the address no longer than it takes to read it.
  const ticket = readTicket(location.hash);
  if (ticket) history.replaceState(null, '', location.pathname + location.search);
  addEventListener('hashchange', () => {
    if (readTicket(location.hash)) location.reload();
  });
  void session.open(ticket);

  // For the browser tests: a way to look, only where the address asks for it.
  if (new URLSearchParams(location.search).has('test')) {
    Object.defineProperty(window, 'sightline', {
      value: Object.freeze({
        get world() {
          return app.value?.live.world;
        },
        get map() {
          return app.value?.mapState.map.value;
        },
        get socket() {
          return app.value?.server.socket;
        },
      }),
    });
  }
}

// The words come first: everything is made in the language that was chosen.
void speak().then(start);
