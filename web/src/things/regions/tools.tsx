/** The tools of the editor: the sort of shape, finishing, taking a corner away, undoing. */
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { Check, Circle, Pentagon, Plus, Trash2, Undo2 } from 'lucide';
import { metresPerPixel } from '../../map/mercator';
import { useMapState } from '../../app/context';
import { useRegions } from './context';
import { Icon } from '../../ui/icon';
import type { Draft } from '../../map/draft';

/** A circle that is placed without a pointer has this radius, pixels of the view. */
const PLACED_PX = 64;

export function Tools({
  draft,
  undo,
  fixed,
}: {
  draft: Draft;
  undo: boolean;
  /** The version that is edited; its sort of shape stays. Null for a new one. */
  fixed: number | null;
}) {
  const { map } = useMapState();
  const { regions } = useRegions();
  const place = () => {
    const view = map.value?.view();
    if (!view) return;
    regions.apply({
      do: 'tap',
      at: { lat: view.lat, lon: view.lng },
      radius: PLACED_PX * metresPerPixel(view.lat, view.zoom),
    });
  };
  return (
    <div class="editor-tools" role="toolbar" aria-label={t`Drawing`}>
      {fixed !== null ? (
        <span class="muted">
          <Trans>Version {fixed}</Trans>
        </span>
      ) : (
        <div class="segments" role="group" aria-label={t`Shape`}>
          {(['circle', 'polygon'] as const).map((is) => (
            <button
              key={is}
              type="button"
              aria-pressed={draft.is === is}
              onClick={() => {
                regions.reshape(is);
              }}
            >
              <Icon of={is === 'circle' ? Circle : Pentagon} size={14} />
              {is === 'circle' ? t`Circle` : t`Polygon`}
            </button>
          ))}
        </div>
      )}
      {draft.is === 'polygon' && draft.open && draft.points.length >= 3 && (
        <button
          type="button"
          class="button small"
          onClick={() => {
            regions.apply({ do: 'finish' });
          }}
        >
          <Icon of={Check} size={14} />
          {t`Finish`}
        </button>
      )}
      {draft.is === 'polygon' && !draft.open && draft.chosen !== null && (
        <button
          type="button"
          class="button small"
          disabled={draft.points.length <= 3}
          onClick={() => {
            regions.apply({ do: 'remove', corner: draft.chosen ?? -1 });
          }}
        >
          <Icon of={Trash2} size={14} />
          <Trans>Corner {draft.chosen + 1}</Trans>
        </button>
      )}
      {draft.open && draft.points.length < 3 && (
        <button
          type="button"
          class="icon-button"
          aria-label={
            draft.is === 'circle'
              ? t`Place it in the middle of the map`
              : t`Add a corner in the middle of the map`
          }
          title={draft.is === 'circle' ? t`Place it in the middle` : t`A corner in the middle`}
          onClick={place}
        >
          <Icon of={Plus} size={17} />
        </button>
      )}
      <button
        type="button"
        class="icon-button undo"
        aria-label={t`Undo`}
        title={t`Undo (Ctrl Z)`}
        disabled={!undo}
        onClick={() => {
          regions.apply({ do: 'undo' });
        }}
      >
        <Icon of={Undo2} size={17} />
      </button>
    </div>
  );
}
