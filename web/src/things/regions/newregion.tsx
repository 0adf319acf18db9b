/** Beginning a new region. */
import { t } from '@lingui/core/macro';
import { MapPinned, Plus } from 'lucide';
import { useMemo } from 'preact/hooks';
import { useLayout, useServer, useWho } from '../../app/context';
import { mayKeepRegions, mayShareRegions } from '../../app/visitor';
import { usePast } from '../../past/context';
import { Icon } from '../../ui/icon';
import { useRegions } from './context';

/** Ways to begin a new one, for those who may. */
export function NewRegion({ first = false }: { first?: boolean }) {
  const { connection } = useServer();
  const { visitor } = useWho();
  const { stop } = useLayout();
  const { regions } = useRegions();
  const past = usePast();
  const shares = mayShareRegions(visitor);
  const editing = regions.editing.value !== null;
  const offline = connection.value.state !== 'live' || past.past.value;
  const draw = useMemo(
    () => () => {
      stop.value = 'low';
      regions.draw('circle', shares);
    },
    [regions, shares, stop],
  );
  if (!shares && !mayKeepRegions(visitor)) return null;
  return (
    <button
      type="button"
      class={`button new-region${first ? ' primary' : ''}`}
      disabled={editing || offline}
      onClick={draw}
    >
      <Icon of={Plus} size={16} />
      {t`New region`}
    </button>
  );
}

export function NoRegions() {
  const { visitor } = useWho();
  const draws = mayShareRegions(visitor) || mayKeepRegions(visitor);
  return (
    <div class="empty">
      <Icon of={MapPinned} size={28} />
      <h2>{t`No regions yet`}</h2>
      <p>
        {draws
          ? t`Draw a circle or a polygon on the map: who comes and goes is then shown here, told as it happens, and sent to phones and to other programs.`
          : t`When there are regions that you may see, this shows who is in them and since when.`}
      </p>
      <p>{t`Waypoints of phones appear here by themselves.`}</p>
    </div>
  );
}
