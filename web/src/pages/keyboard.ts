/** Binds the keys of keys.ts to what they do. Keys typed into a field are left alone. */
import type { App } from '../wiring/app';
import { pressed } from '../app/keys';
import type { Action, Waiting } from '../app/keys';

export function bindKeys(app: App): () => void {
  let waiting: Waiting | null = null;
  // The space bar is the stop: before any other listener, and before the button it may be on.
  const onSpace = (key: KeyboardEvent) => {
    if (key.key !== ' ' || key.ctrlKey || key.metaKey || key.altKey) return;
    if (isTyping(key.target) || !stopsHere(app, key.target)) return;
    key.preventDefault();
    key.stopPropagation();
    if (!key.repeat) app.driving.stopNow();
  };
  const onKey = (key: KeyboardEvent) => {
    if (key.defaultPrevented || key.ctrlKey || key.metaKey || key.altKey) return;
    if (isTyping(key.target) && key.key !== 'Escape') return;
    if (app.layout.help.value && key.key !== '?') return;
    // A dialogue closes itself; what is half filled in is not left by a slip.
    if (!app.layout.help.value && document.querySelector('dialog[open]')) return;
    if (key.target instanceof Element && key.target.closest('.form')) return;
    const result = pressed(key.key, waiting, performance.now());
    waiting = result.waiting;
    if (result.action === null) return;
    if (act(app, result.action)) key.preventDefault();
  };
  document.addEventListener('keydown', onSpace, true);
  document.addEventListener('keydown', onKey);
  return () => {
    document.removeEventListener('keydown', onSpace, true);
    document.removeEventListener('keydown', onKey);
  };
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return !/^(range|checkbox|radio)$/.test(target.type);
  return target.isContentEditable || /^(TEXTAREA|SELECT)$/.test(target.tagName);
}

/**
 * Whether the space bar is the stop here: on the robots' pages always; elsewhere when there are
 * robots, and it is not meant for what has the focus.
 */
function stopsHere(app: App, target: EventTarget | null): boolean {
  if (app.live.world.kind('probot').size === 0) return false;
  if (app.navigation.section.value === 'robots') return true;
  const used = 'a, button, input, select, textarea, summary, [role=option], [role=button], dialog';
  return !(target instanceof Element) || target.closest(used) === null;
}

/** Do it; false when there was nothing to do. */
function act(app: App, action: Action): boolean {
  switch (action) {
    case 'map':
    case 'robots':
    case 'broker':
    case 'console':
      app.navigation.go(action);
      return true;
    case 'regions':
    case 'crossings':
      app.navigation.go('map', action);
      return true;
    case 'search': {
      const focus = () => document.getElementById('search')?.focus();
      if (app.navigation.section.value === 'map' && document.getElementById('search')) {
        focus();
      } else {
        app.navigation.go('map');
        // Once the list has been drawn.
        requestAnimationFrame(focus);
      }
      return true;
    }
    case 'follow': {
      const key = app.selection.selected.value;
      if (key === null) return false;
      app.selection.follow(app.selection.following.value === key ? null : key);
      return true;
    }
    case 'trail':
      app.selection.trail.value = !app.selection.trail.value;
      return true;
    case 'fit':
      app.selection.follow(null);
      app.mapState.map.value?.fitAll();
      return true;
    case 'theme':
      app.preferences.change({ theme: app.preferences.theme.value === 'dark' ? 'light' : 'dark' });
      return true;
    case 'help':
      app.layout.help.value = !app.layout.help.value;
      return true;
    case 'live':
      if (!app.past.past.value) return false;
      app.past.live();
      return true;
    case 'play':
      if (app.navigation.section.value !== 'map') return false;
      if (app.past.playing.value) app.past.pause();
      else app.past.play();
      return true;
    case 'back':
    case 'forth':
      if (app.navigation.section.value !== 'map') return false;
      app.past.step(action === 'back' ? -1 : 1);
      return true;
    case 'close':
      return close(app);
    case 'stop':
      // Done by its own listener, which comes first.
      return false;
  }
}

/** Close the topmost thing: the robot that is driven or following first, then what is drawn, then the details, then the section. */
function close(app: App): boolean {
  if (app.driving.driver.about !== null) {
    app.driving.driver.release();
    return true;
  }
  if (app.navigation.section.value === 'robots' && app.navigation.robot.value !== null) {
    app.navigation.choose(null);
    return true;
  }
  if (app.navigation.section.value !== 'map') {
    app.navigation.go('map');
    return true;
  }
  if (app.regions.regions.editing.value !== null) {
    app.regions.regions.escape();
    return true;
  }
  if (app.selection.following.value !== null) {
    app.selection.follow(null);
    return true;
  }
  if (app.selection.selected.value !== null) {
    app.selection.select(null);
    return true;
  }
  if (app.past.past.value) {
    app.past.live();
    return true;
  }
  return false;
}
