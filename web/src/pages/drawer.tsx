/** Everything known about the selected thing. What is inside comes from its kind. */
import { t } from '@lingui/core/macro';
import { Share2, X } from 'lucide';
import type { Ref } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { useLive, useSelection, useThing, useWho } from '../app/context';
import { SheetGrip } from '../app/sheet';
import { mayShare } from '../app/visitor';
import { keyOf, splitKey } from '../app/world';
import type { Key } from '../app/world';
import { kindOf } from '../things';
import { useFreshness, useRoster } from '../things/context';
import { EntryAvatar } from '../things/entryavatar';
import { useRegions } from '../things/regions/context';
import { RegionEditor } from '../things/regions/editor';
import { faceOf } from '../ui/face';
import { Icon } from '../ui/icon';

export function Drawer() {
  const { selected } = useSelection();
  const { regions } = useRegions();
  const key = selected.value;
  if (regions.editing.value !== null) return <RegionEditor />;
  if (key === null) return null;
  const Whole = kindOf(key)?.Drawer ?? Details;
  return <Whole key={key} of={key} />;
}

function Details({ of }: { of: Key }) {
  const { ready } = useLive();
  const { select } = useSelection();
  const { entries } = useRoster();
  const thing = useThing(of);
  const [name, id] = splitKey(of);
  const kind = kindOf(of);
  const face = faceOf(useThing(keyOf('face', id)));
  const closer = useRef<HTMLButtonElement>(null);
  const entry = entries.get(of);
  const presence = useFreshness(entry)?.presence;
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
  if (!thing || !entry || !kind?.details) {
    return ready.value ? (
      <Missing of={of} name={name} id={id} closer={closer} close={close} />
    ) : null;
  }
  const { Headline, Panel, sharedFromHead = false } = kind.details;
  return (
    <aside class="panel drawer" aria-label={entry.name} data-drawer={of} data-presence={presence}>
      <SheetGrip />
      <header>
        <EntryAvatar large entry={entry} robot={kind.isMachine === true} face={face} />
        <div class="headline">
          <h2 title={entry.name}>{entry.name}</h2>
          <Headline thing={thing} entry={entry} />
        </div>
        {sharedFromHead && <ShareIcon of={of} />}
        <CloseIcon closer={closer} close={close} />
      </header>
      <Panel thing={thing} entry={entry} />
    </aside>
  );
}

interface Closing {
  readonly closer: Ref<HTMLButtonElement>;
  close(): void;
}

function Missing({ of, name, id, ...closing }: { of: Key; name: string; id: string } & Closing) {
  return (
    <aside class="panel drawer" aria-label={t`Details`} data-drawer={of}>
      <SheetGrip />
      <header>
        <div class="headline">
          <h2>{id}</h2>
          <p class="muted">{missingText(name)}</p>
        </div>
        <CloseIcon {...closing} />
      </header>
    </aside>
  );
}

function missingText(kind: string): string {
  if (kind === 'friend') return t`There is no such friend just now.`;
  return kind === 'probot'
    ? t`There is no such robot just now.`
    : t`There is nothing of this name just now.`;
}

function CloseIcon({ closer, close }: Closing) {
  return (
    <button ref={closer} type="button" class="icon-button" aria-label={t`Close`} onClick={close}>
      <Icon of={X} />
    </button>
  );
}

function ShareIcon({ of }: { of: Key }) {
  const { visitor } = useWho();
  const { sharing } = useSelection();
  if (!mayShare(visitor, of)) return null;
  return (
    <button
      type="button"
      class="icon-button"
      aria-label={t`Share`}
      onClick={() => {
        sharing.value = of;
      }}
    >
      <Icon of={Share2} />
    </button>
  );
}
