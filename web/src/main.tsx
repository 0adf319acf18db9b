/** Starts the page. */
import '@fontsource-variable/inter';
import '@fontsource-variable/inter/wght-italic.css';
import '@fontsource-variable/jetbrains-mono';
import './theme/tokens.css';
import './theme/base.css';
import './theme/shell.css';
import './theme/sections.css';
import './theme/broker.css';
import { render } from 'preact';
import { createApp } from './app';
import { AppProvider } from './panels/context';
import { Page } from './panels/page';

/** The WebSocket beside this page, whatever prefix it is served under. */
function socketAddress(): string {
  const address = new URL('ws', document.baseURI);
  address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:';
  address.hash = '';
  address.search = '';
  return address.href;
}

const app = createApp(socketAddress());
const root = document.getElementById('app');
if (!root) throw new Error('the page has no #app');
render(
  <AppProvider value={app}>
    <Page />
  </AppProvider>,
  root,
);
app.start();

// For the browser tests: a way to look, only where the address asks for it.
if (new URLSearchParams(location.search).has('test')) {
  Object.defineProperty(window, 'sightline', {
    value: Object.freeze({
      get world() {
        return app.world;
      },
      get map() {
        return app.map.value;
      },
      get socket() {
        return app.socket;
      },
    }),
  });
}
