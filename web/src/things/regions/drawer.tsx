/** A region in detail: who is inside and by whose word, who came and went, and who may change it. */
import { plural, t } from '@lingui/core/macro';
import { X } from 'lucide';
import { useEffect, useRef, useState } from 'preact/hooks';
import { useChanges, useLive, useSelection, useThing, useWho } from '../../app/context';
import { SheetGrip } from '../../app/sheet';
import type { Key } from '../../app/world';
import { Icon } from '../../ui/icon';
import { useRegions } from './context';
import { Details, KNOWN_WITHIN } from './details';
import { RegionSign } from './pieces';
import { readRegion } from './read';
import { whoseText } from './wording';

export function RegionDrawer({ of }: { of: Key }) {
  const { ready } = useLive();
  const { visitor } = useWho();
  const { select } = useSelection();
  const { visits } = useRegions();
  const thing = useThing(of);
  const closer = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    // On phones the list has gone, and the focus with it.
    if (document.activeElement === document.body) closer.current?.focus({ preventScroll: true });
  }, []);
  useChanges(({ kinds }) => kinds.has('stay'));
  // What was made a moment ago is known a moment later.
  const [late, setLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => {
      setLate(true);
    }, KNOWN_WITHIN);
    return () => {
      clearTimeout(timer);
    };
  }, []);
  if (!thing && !ready.value) return null;
  const region = thing && readRegion(thing);
  const close = () => {
    select(null);
    requestAnimationFrame(() => {
      document.querySelector<HTMLElement>(`[data-region="${CSS.escape(of)}"] .region-row`)?.focus();
    });
  };
  const count = region ? visits.countIn(region.id) : 0;
  return (
    <aside class="panel drawer" aria-label={region?.name ?? t`Region`} data-drawer={of}>
      <SheetGrip />
      <header>
        {region && <RegionSign large region={region} />}
        <div class="headline">
          <h2 title={region?.name}>
            {region?.name ??
              (late
                ? t({ message: 'Gone', context: 'a region that is there no more' })
                : t`Region`)}
          </h2>
          <p>
            {region ? (
              <>
                <span class="pill" data-tone={count > 0 ? 'ok' : 'off'} data-inside={count}>
                  <i />
                  {count === 0 ? t`Empty` : plural(count, { one: '# inside', other: '# inside' })}
                </span>
                <span class="ellipsis">{whoseText(region, visitor.name)}</span>
              </>
            ) : (
              <span class="muted">{late ? t`This region is there no more.` : t`One moment…`}</span>
            )}
          </p>
        </div>
        <button
          ref={closer}
          type="button"
          class="icon-button"
          aria-label={t`Close`}
          onClick={close}
        >
          <Icon of={X} />
        </button>
      </header>
      {region && <Details region={region} />}
    </aside>
  );
}
