/** Everything known about the selected thing. What is inside comes from its kind. */
import { Share2, X } from 'lucide';
import { useEffect, useRef } from 'preact/hooks';
import { faceOf } from '../ui/face';
import { FriendPanel, FriendHeadline } from '../things/friends/panel';
import { readFriend } from '../things/friends/read';
import { RegionDrawer } from '../things/regions/drawer';
import { RegionEditor } from '../things/regions/editor';
import { PlacesOf, TodayOf } from '../things/regions/ofthing';
import { RobotHeadline, RobotPanel } from '../things/probots/panel';
import { mayShare } from '../app/visitor';
import { keyOf, splitKey } from '../app/world';
import type { Key } from '../app/world';
import { Avatar } from '../ui/avatar';
import { useApp, useThing } from '../app/context';
import { Icon } from '../ui/icon';
import { SheetGrip } from '../app/sheet';

export function Drawer() {
  const { selected, regions } = useApp();
  const key = selected.value;
  if (regions.editing.value !== null) return <RegionEditor />;
  if (key === null) return null;
  return splitKey(key)[0] === 'region' ? (
    <RegionDrawer key={key} of={key} />
  ) : (
    <Details key={key} of={key} />
  );
}

function Details({ of }: { of: Key }) {
  const { entries, select, ready, sharing, visitor, feeds } = useApp();
  void feeds.value; // entries are other ones while a broker is lost
  const thing = useThing(of);
  const [kind, id] = splitKey(of);
  const face = faceOf(useThing(keyOf('face', id)));
  const closer = useRef<HTMLButtonElement>(null);
  const entry = entries.get(of);

  useEffect(() => {
    // On phones the list has gone, and the focus with it.
    if (document.activeElement === document.body) closer.current?.focus({ preventScroll: true });
  }, []);

  const close = () => {
    select(null);
    requestAnimationFrame(() => {
      document.querySelector<HTMLElement>(`.rows [data-thing="${CSS.escape(of)}"]`)?.focus();
    });
  };
  if (!thing || !entry) {
    if (!ready.value) return null;
    return (
      <aside class="panel drawer" aria-label="Details" data-drawer={of}>
        <SheetGrip />
        <header>
          <div class="headline">
            <h2>{id}</h2>
            <p class="muted">There is no such {kind} just now.</p>
          </div>
          <button ref={closer} type="button" class="icon-button" aria-label="Close" onClick={close}>
            <Icon of={X} />
          </button>
        </header>
      </aside>
    );
  }
  const robot = kind === 'probot';
  return (
    <aside
      class="panel drawer"
      aria-label={entry.name}
      data-drawer={of}
      data-presence={entry.presence}
    >
      <SheetGrip />
      <header>
        <Avatar
          large
          colour={entry.colour}
          initials={entry.initials}
          presence={entry.presence}
          robot={robot}
          face={face}
        />
        <div class="headline">
          <h2 title={entry.name}>{entry.name}</h2>
          {robot ? <RobotHeadline thing={thing} /> : <FriendHeadline thing={thing} entry={entry} />}
        </div>
        {robot && mayShare(visitor, of) && (
          <button
            type="button"
            class="icon-button"
            aria-label="Share"
            onClick={() => {
              sharing.value = of;
            }}
          >
            <Icon of={Share2} />
          </button>
        )}
        <button ref={closer} type="button" class="icon-button" aria-label="Close" onClick={close}>
          <Icon of={X} />
        </button>
      </header>
      {robot ? (
        <RobotPanel thing={thing} />
      ) : (
        <FriendPanel thing={thing} entry={entry}>
          <PlacesOf of={of} said={readFriend(thing).regions} />
          <TodayOf of={of} />
        </FriendPanel>
      )}
    </aside>
  );
}
