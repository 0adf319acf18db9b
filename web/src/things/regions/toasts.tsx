/**
 * A quiet word when somebody enters or leaves a region. It goes by itself, unless somebody looks at
 * it, and is told to a screen reader politely. It never comes over a robot that is driven or a region that is drawn.
 */
import { plural, t } from '@lingui/core/macro';
import { BellOff, LogIn, LogOut, X } from 'lucide';
import { useEffect, useState } from 'preact/hooks';
import {
  useChanges,
  useLive,
  useNavigation,
  useSelection,
  usePreferences,
} from '../../app/context';
import { useRegions } from './context';
import { Icon } from '../../ui/icon';
import { SmallAvatar, useNames } from './pieces';
import { Crossed } from './transition';
import { transitionNote, transitionText } from './wording';
import type { Preferences } from '../../app/preferences';
import type { Transition } from './transitions';
import type { Picture } from '../../app/world';
import type { Signal } from '@preact/signals';
import type { Notifications } from './notifications';
import type { Section } from '../../app/address';
import type { Key } from '../../net/protocol';

/** Milliseconds a notice stays when nobody points at it. */
const SHOWN = 9000;

export function Toasts() {
  const { world } = useLive();
  const { section, robot, go, tab } = useNavigation();
  const { show } = useSelection();
  const preferences = usePreferences();
  const { notifications, regions } = useRegions();
  const nameOf = useNames();
  const { transitions, more } = notifications.current.value;
  // Who crossed an edge may be known a moment later than that they did.
  useChanges(({ keys }) => transitions.some(({ thing }) => keys.has(thing)));
  const [held, setHeld] = useState(false);
  const driven = section.value === 'robots' && robot.value !== null;
  // Who has the list before them sees it there.
  const listed = section.value === 'map' && tab.value === 'crossings';
  const drawn = regions.editing.value !== null;
  const quiet = !preferences.settings.value.crossings || driven || listed || drawn;
  const newest = transitions[0];

  useEffect(() => {
    if (quiet) notifications.clear();
  }, [newest, quiet, notifications]);
  useEffect(() => {
    if (held || !newest) return;
    const timer = setTimeout(() => {
      notifications.clear();
    }, SHOWN);
    return () => {
      clearTimeout(timer);
    };
  }, [held, newest, notifications]);

  const shown = quiet ? [] : transitions;
  const words = shown
    .map((transition) => transitionText(transition, nameOf(transition.thing)))
    .reverse()
    .join('. ');
  const hold = (on: boolean) => () => {
    setHeld(on);
  };
  return (
    <>
      <p class="hidden" role="status" aria-live="polite" aria-atomic="true">
        {words}
      </p>
      {shown.length > 0 && (
        <section
          class="toasts"
          aria-label={t`Crossings just now`}
          onPointerEnter={hold(true)}
          onPointerLeave={hold(false)}
          onFocusCapture={hold(true)}
          onBlurCapture={hold(false)}
        >
          {shown.map((transition) => {
            const note = transitionNote(transition);
            const to = transition.region ?? transition.thing;
            return (
              <Toast
                key={transition.n}
                transition={transition}
                note={note}
                world={world}
                to={to}
                go={go}
                tab={tab}
                show={show}
                notifications={notifications}
                nameOf={nameOf}
              />
            );
          })}
          <ToastEnd go={go} more={more} preferences={preferences} />
        </section>
      )}
    </>
  );
}

/** One transition, told just now. */
function Toast({
  transition,
  note,
  world,
  to,
  go,
  tab,
  show,
  notifications,
  nameOf,
}: {
  transition: Transition;
  note: { text: string; disputed: boolean };
  world: Picture;
  to: string;
  go: (section: Section, tab?: string) => void;
  tab: Signal<string>;
  show: (key: Key) => void;
  notifications: Notifications;
  nameOf: (key: Key) => string;
}) {
  return (
    <div
      class="toast"
      data-toast={transition.n}
      data-event={transition.event}
      data-disputed={note.disputed}
    >
      <button
        type="button"
        class="toast-body"
        disabled={world.get(to) === undefined}
        onClick={() => {
          go('map', tab.peek());
          show(to);
          notifications.dismiss(transition.n);
        }}
      >
        <SmallAvatar of={transition.thing} />
        <span class="what">
          <span>
            <Crossed
              who={nameOf(transition.thing)}
              name={transition.name}
              entered={transition.event === 'enter'}
            />
          </span>
          <small>{note.text}</small>
        </span>
        <Icon of={transition.event === 'enter' ? LogIn : LogOut} size={16} />
      </button>
      <button
        type="button"
        class="icon-button"
        aria-label={t`Dismiss`}
        onClick={() => {
          notifications.dismiss(transition.n);
        }}
      >
        <Icon of={X} size={16} />
      </button>
    </div>
  );
}

function ToastEnd({
  go,
  more,
  preferences,
}: {
  go: (section: Section, tab?: string) => void;
  more: number;
  preferences: Preferences;
}) {
  return (
    <div class="toast-end">
      <button
        type="button"
        class="button small"
        onClick={() => {
          go('map', 'crossings');
        }}
      >
        {more > 0 ? plural(more, { one: '# more', other: '# more' }) : t`All crossings`}
      </button>
      <button
        type="button"
        class="button small"
        onClick={() => {
          preferences.change({ crossings: false });
        }}
      >
        <Icon of={BellOff} size={14} />
        {t`Mute`}
      </button>
    </div>
  );
}
