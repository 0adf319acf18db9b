/** What the panel at the left lists: everyone, the regions with who is in them, or the crossings. */
import { t } from '@lingui/core/macro';
import { useEffect } from 'preact/hooks';
import { brief } from '../../ui/numbers';
import { useKind, useNavigation, useWho } from '../../app/context';
import { useRegions } from '../../things/regions/context';

const VIEWS = [
  { tab: '', name: () => t`People`, title: () => t`Everyone` },
  { tab: 'regions', name: () => t`Regions`, title: () => t`Who is where` },
  { tab: 'crossings', name: () => t`Crossings`, title: () => t`Crossings` },
] as const;

export type RosterView = (typeof VIEWS)[number];

export function useRosterView(): RosterView {
  const { tab } = useNavigation();
  const { notifications } = useRegions();
  const view = VIEWS.find((each) => each.tab === tab.value) ?? VIEWS[0];
  const unseen = notifications.unseen.value;
  useEffect(() => {
    if (view.tab === 'crossings') notifications.seen();
  }, [view, unseen, notifications]);
  return view;
}

export function RosterViews() {
  const { visitor } = useWho();
  const { go } = useNavigation();
  const { notifications } = useRegions();
  const current = useRosterView();
  const regions = useKind('region').length;
  const unseen = notifications.unseen.value;
  // Who came by a shared link sees neither, and needs no choice of one.
  if (visitor.rights.looks_only && regions === 0) return null;
  const notes: Partial<Record<string, string>> = {
    ...(regions > 0 ? { regions: brief(regions) } : {}),
    ...(unseen > 0 && current.tab !== 'crossings' ? { crossings: `+${brief(unseen)}` } : {}),
  };
  return (
    <div class="segments views" role="group" aria-label={t`List`}>
      {VIEWS.map(({ tab, name }) => (
        <button
          key={tab}
          type="button"
          data-view={tab === '' ? 'people' : tab}
          aria-pressed={current.tab === tab}
          onClick={() => {
            go('map', tab);
          }}
        >
          {name()}
          {notes[tab] !== undefined && <small>{notes[tab]}</small>}
        </button>
      ))}
    </div>
  );
}
